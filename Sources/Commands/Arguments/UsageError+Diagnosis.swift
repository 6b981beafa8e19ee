import Diagnostics

extension UsageError: Diagnosable {
    package var diagnosis: Diagnosis {
        let (what, why, fix) = explanation
        return Diagnosis(what: what, why: why, fix: fix, exitCode: exitCode)
    }

    private var exitCode: ExitCode {
        switch self {
        case .unusableFile, .unreadableFile: .configuration
        case .needsRoot: .store
        default: .usage
        }
    }

    private var explanation: (what: String, why: String, fix: String) {
        let help = "see: certctl help"
        switch self {
        case .unknownCommand(let name, let suggestion):
            return (
                "there is no command '\(name.harmless(limit: 100))'",
                "certctl knows \(CommandTable.names.joined(separator: ", "))",
                suggestion.map { "did you mean: certctl \($0)" } ?? help
            )
        case .unknownAction(let name, let command, let known, let suggestion):
            return (
                "certctl \(command) cannot '\(name.harmless(limit: 100))'",
                "it knows \(known.joined(separator: ", "))",
                suggestion.map { "did you mean: certctl \(command) \($0)" }
                    ?? "see: certctl help \(command)"
            )
        case .unknownOption(let name, let suggestion):
            return (
                "there is no option '\(name.harmless(limit: 100))'", "the command does not know it",
                suggestion.map { "did you mean \($0)?" } ?? help
            )
        case .repeatedOption(let name):
            return ("--\(name) is given twice", "only one of them could count", "leave one out")
        case .missingValue(let name, let placeholder):
            return (
                "--\(name) lacks its value", "nothing follows it", "write: --\(name) \(placeholder)"
            )
        case .unexpectedValue(let name):
            return ("--\(name) takes no value", "it is a switch", "write only: --\(name)")
        case .unusableValue(let option, let value, let allowed):
            return (
                "--\(option) cannot be '\(value.harmless(limit: 200))'", "it takes \(allowed)",
                "give one of these"
            )
        case .unusableForm(let option, let value, let form):
            return (
                "--\(option) cannot be '\(value.harmless(limit: 200))'",
                "it is written as \(form)", "write it in that form"
            )
        case .noNames:
            return (
                "no host name was given", "a certificate is for at least one",
                "for example: certctl issue example.com www.example.com"
            )
        case .tooManyNames(let count, let limit):
            return (
                "\(count) names are too many for one certificate", "CAs allow \(limit)",
                "ask for several certificates"
            )
        case .tooManyCertificates(let count, let limit):
            return (
                "\(count) certificates are too many for one command", "it takes \(limit)",
                "ask for them in several commands"
            )
        case .contradiction("in-place", "dry-run"):
            return (
                "--in-place and --dry-run exclude each other",
                "a rehearsal is of the CA alone, and changes no file",
                "see what would change in your server blocks: certctl site edit NAME --dry-run"
            )
        case .contradiction(let one, let other):
            return (
                "--\(one) and --\(other) exclude each other", "only one of them could count",
                "leave one out"
            )
        case .incomplete(let why, let fix):
            return ("the command line is not complete", why, fix)
        case .otherNamesInRequest(let names):
            return (
                "the request given by --csr is for other names",
                "it is for \(names.joined(separator: ", ").harmless(limit: 300))",
                "leave out the names: those of the request are taken"
            )
        case .uselessOption(let option, let action, let useful):
            return (
                "--\(option) means nothing to certctl \(action)",
                "it belongs to \(useful.map { "certctl \($0)" }.joined(separator: ", "))",
                "leave it out"
            )
        case .wrongOperands(let usage):
            return ("the command line is not complete, or has too much", "it is: \(usage)", help)
        case .unusableFile(let option, let path, let reason):
            return (
                "the \(option == "home" ? "folder" : "file") given by --\(option) cannot be used",
                "\(path.harmless(limit: 300)): \(reason)", "check the path and what is there"
            )
        case .unreadableFile(let option, let path, let user):
            let shown = path.harmless(limit: 300)
            return (
                "the file given by --\(option) cannot be used",
                "\(shown): user \(user), as whom certctl reads it, may not",
                "give that user a copy: sudo install -m 600 -o \(user) '\(shown)' /etc/certctl/, "
                    + "and name that one"
            )
        case .homeTooLong(let path, let limit):
            return (
                "--home \(path.harmless(limit: 300)) is too long",
                "a socket's path has at most \(limit) bytes", "choose a shorter one"
            )
        case .needsRoot(let command):
            return (
                "certctl's store belongs to root", "this command was run without root's rights",
                "sudo certctl \(command) …, or keep everything in a folder of yours with --home DIR"
            )
        }
    }
}
