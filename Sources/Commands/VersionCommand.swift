/// `certctl version`.
struct VersionCommand: Command {
    static let name = "version"
    static let summary = "tells the version"
    static let group = CommandGroup.program
    static let usesStore = false

    /// Raised with each release; CAs see it in the User-Agent.
    static let version = "0.1.0"

    init(_ arguments: ParsedArguments) throws {
        guard arguments.operands.isEmpty else {
            throw UsageError.wrongOperands(usage: Self.usage)
        }
    }

    func run(in context: CommandContext) {
        let text = "certctl \(Self.version)\n"
        context.console.write(
            context.isJSON ? JSONLine.text(["version": Self.version]) : text
        )
    }
}
