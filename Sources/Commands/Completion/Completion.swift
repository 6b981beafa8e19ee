/// What the shell can offer for the value of an option, or for an operand.
enum Completion: Equatable, Sendable {
    /// Only the person knows it: a host name, a number.
    case nothing
    case file
    case directory
    /// The names of the certificates in the store.
    case lineages
    /// The names of the commands.
    case commands
    /// One of these words. After one like `webroot:DIR` or `roots:FILE` the path follows the colon.
    case choices([String])

    /// What the usual names of values ask for: `FILE`, `PATH` and `DIR`.
    init(placeholder: String) {
        self =
            switch placeholder {
            case "FILE", "PATH": .file
            case "DIR": .directory
            default: .nothing
            }
    }
}
