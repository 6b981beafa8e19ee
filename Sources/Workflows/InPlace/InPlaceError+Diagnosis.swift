package import Diagnostics
import Nginx

extension InPlaceError: Diagnosable {
    private static let mostShown = 10

    package var diagnosis: Diagnosis {
        let (what, why, fix, exitCode) = explanation
        return Diagnosis(
            what: what,
            why: why.harmless(limit: 4000),
            fix: fix.harmless(limit: 4000),
            exitCode: exitCode
        )
    }

    private var explanation: (what: String, why: String, fix: String, ExitCode) {
        switch self {
        case .refused(let refusals):
            (
                "nginx's files are left as they are",
                Self.list(refusals.map(\.explanation)), Self.list(refusals.map(\.remedy)),
                .configuration
            )
        case .unreadable(let error):
            (
                "nginx's configuration cannot be read", error.explanation, error.remedy,
                .configuration
            )
        case .inImage(let file, let place):
            (
                "\(file.harmless()) is left as it is",
                "\(place) has it from its image: the change would be lost on recreate",
                "mount the file's directory from this host, and run the same command again",
                .deployment
            )
        case .noFile(let file):
            (
                "\(file.harmless()) is left as it is", "its path does not lead to a file",
                "let it be a file, or a link to one", .deployment
            )
        case .differs(let file, let host):
            (
                "\(file.harmless()) is left as it is",
                "what nginx reads there is not what \(host) holds: it was changed a moment ago, or "
                    + "replaced since the container was started",
                "run the same command again; if that says the same, start the container anew",
                .deployment
            )
        case .sameFile(let one, let other):
            (
                "\(one.harmless()) is left as it is",
                "\(other.harmless()) is the same file, and would be changed in another way",
                "let nginx include the file once", .configuration
            )
        case .ownSite(let name, let settings):
            (
                "nothing is changed in place for \(name.harmless(limit: 300))",
                "\(settings.harmless(limit: 300)) has a site with that name, and certctl writes its "
                    + "file itself",
                "change the site there, then: certctl apply; or take it out first, to serve the name "
                    + "from a file of yours: certctl site remove \(name.harmless(limit: 300))",
                .configuration
            )
        case .noNginx:
            (
                "no file can be changed in place", "there is no nginx to ask for its configuration",
                "run it as root on the machine that nginx runs on", .deployment
            )
        case .noCertificate(let name):
            (
                "there is no certificate for \(name.harmless(limit: 300)) in use",
                "nginx would not start with a server that names one",
                "get one and put it there: certctl issue \(name.harmless(limit: 300)) --in-place",
                .configuration
            )
        case .nothingToUndo(let name, let known):
            (
                "no file was edited for \(name.harmless(limit: 300))",
                known.isEmpty
                    ? "certctl has edited none"
                    : "there are edits for \(known.joined(separator: ", ").harmless(limit: 1000))",
                "certctl site remove takes a site out that certctl writes itself", .configuration
            )
        case .recordDamaged(let path):
            (
                "what certctl has edited cannot be taken back",
                "its record \(path) is damaged",
                "take away the lines that end in # certctl, and put back what stood there; then "
                    + "remove the record", .store
            )
        case .tooMuch(let limit):
            (
                "nginx's files are left as they are",
                "what would be kept to take the edits back is over \(limit) bytes",
                "take edits of earlier certificates back first: certctl site undo NAME",
                .configuration
            )
        case .byHand(let places):
            (
                "some edits have to be taken back by hand",
                "these places have been changed since: "
                    + Self.list(places.map { "\($0.file):\($0.line)" }),
                Self.list(places.map { "\($0.file):\($0.line): \($0.remedy)" })
                    + "; then run the same command again", .deployment
            )
        }
    }

    private static func list(_ texts: [String]) -> String {
        var seen: [String] = []
        for text in texts where !seen.contains(text) { seen.append(text) }
        let more = seen.count - mostShown
        return seen.prefix(mostShown).joined(separator: "; ")
            + (more > 0 ? "; and \(more) more" : "")
    }
}
