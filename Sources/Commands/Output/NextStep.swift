import CertificateStore
import Diagnostics
import Platform
import Workflows

/// What a person has to do next who may issue and may not bring into use.
enum NextStep {
    /// The line below a certificate; empty where there is nothing to do.
    static func text(after report: LineageReport, _ context: CommandContext) throws -> String {
        guard report.isDeployPending, try isNeeded(context) else { return "" }
        return "  next         \(context.homed("sudo certctl deploy \(report.lineage.name)"))\n"
    }

    /// The line below several; empty where there is nothing to do.
    static func text(afterRenewing count: Int, _ context: CommandContext) throws -> String {
        guard count > 0, try isNeeded(context) else { return "" }
        return context.homed("Brought into use by: sudo certctl deploy --pending\n")
    }

    /// The command that gets a certificate which there is none of.
    static func issue(_ report: LineageReport) -> String {
        let name = "\(report.lineage.name)"
        let error = WorkflowError.notIssued(lineage: name, names: report.names)
        return error.diagnosis.fix
    }

    private static func isNeeded(_ context: CommandContext) throws -> Bool {
        guard !context.isOwnersShare else { return false }
        return try !context.services.store.role().keeps(.deploying)
    }
}
