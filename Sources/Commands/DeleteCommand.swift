import CertificateStore
import Workflows

/// `certctl delete NAME`.
struct DeleteCommand: Command {
    static let name = "delete"
    static let summary = "forgets a certificate and its keys, unless nginx needs them"
    static let operands = "NAME"
    static let operandCompletion = Completion.lineages
    static let options = [
        CommandOption(
            name: "force",
            value: nil,
            summary: "delete even what a configuration of nginx names"
        )
    ]

    static let discussion = """
        A configuration of nginx that names the certificate's files would keep nginx from starting \
        once they are gone; as long as there is one, nothing is deleted unless forced. The certificate \
        is not revoked.
        """

    private let lineage: String
    private let isForced: Bool

    init(_ arguments: ParsedArguments) throws {
        guard arguments.operands.count == 1 else {
            throw UsageError.wrongOperands(usage: Self.usage)
        }
        lineage = ArgumentValues.existing(arguments.operands[0])
        isForced = arguments.has("force")
    }

    func run(in context: CommandContext) async throws {
        let hadCertificate = try context.services.store.existingLineage(lineage).current != nil
        let name = try await DeleteCertificate(context.services).run(lineage, isForced: isForced)
        let note = hadCertificate ? " The CA still counts its certificate as valid." : ""
        context.console.write(
            context.isJSON
                ? JSONLine.text(["deleted": "\(name)"])
                : "\(name) is deleted.\(note)\n"
        )
    }
}
