package import Diagnostics

extension DomainNameError: Diagnosable {
    package var diagnosis: Diagnosis {
        let (name, why, fix) = explanation
        return Diagnosis(
            what:
                "\(name.isEmpty ? "an empty name" : name.harmless(limit: 300)) is not a host name",
            why: why,
            fix: fix,
            exitCode: .usage
        )
    }

    private var explanation: (name: String, why: String, fix: String) {
        let example = "write the name as a browser shows it, for example www.example.com"
        switch self {
        case .empty:
            return ("", "there is nothing in it", example)
        case .notASCII(let name):
            return (
                name, "it has characters outside of ASCII",
                "write the name in its ASCII form, which begins with xn--"
            )
        case .wildcard(let name):
            return (
                name, "a wildcard can only be validated by dns-01, and certctl answers http-01",
                "name each host, for example: certctl issue example.com www.example.com"
            )
        case .tooLong(let name):
            return (name, "it is longer than 253 characters", example)
        case .emptyLabel(let name):
            return (name, "two dots follow each other, or it begins with one", example)
        case .labelTooLong(let name, let label):
            let shown = label.harmless(limit: 20)
            return (name, "the part \(shown) is longer than 63 characters", example)
        case .strayCharacter(let name, let character):
            return (
                name,
                "'\(String(character).harmless())' is neither a letter, a digit nor a hyphen",
                example
            )
        case .hyphenAtEdge(let name):
            return (name, "a part of it begins or ends with a hyphen", example)
        case .address(let name):
            return (name, "its last part is a number, as in an IP address", example)
        }
    }
}
