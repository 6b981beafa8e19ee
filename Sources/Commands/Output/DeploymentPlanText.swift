import CertificateStore
import Diagnostics
import Workflows

/// What `certctl deploy --dry-run` shows.
struct DeploymentPlanText {
    private let plan: DeploymentPlan

    init(_ plan: DeploymentPlan) {
        self.plan = plan
    }

    func show(in context: CommandContext) {
        let edits = EditsText(files: plan.files, notes: plan.notes, isPlan: true)
        if context.isJSON {
            let lines = plan.certificates.map { CertificateLine($0) }
            context.console.write(lines.map { JSONLine.text($0) }.joined())
        } else if plan.certificates.isEmpty {
            if plan.refused.isEmpty {
                context.console.write("Nothing to deploy: what is stored is in use.\n")
            }
        } else {
            for certificate in plan.certificates {
                context.console.write(Self.text(of: certificate))
            }
            let hooks =
                plan.hooksBefore.map { "hook before all: \($0)\n" }
                + plan.hooksAfter.map { "hook after all: \($0)\n" }
            context.console.write(hooks.joined().harmless(limit: 100_000))
        }
        if !plan.files.isEmpty { edits.show(in: context) }
    }

    private static func text(of certificate: DeploymentPlan.Certificate) -> String {
        let before =
            switch certificate.inUse {
            case nil: "nothing is in use yet"
            case .bootstrap?: "in use is the pair that only lets nginx start"
            case let number?: "in use is \(number)"
            }
        let hooks = certificate.hooks.map { "  hook to run  \($0)\n" }.joined()
        return "to be deployed: \(certificate.name)\n"
            + "  generation   \(certificate.generation), \(before)\n\(hooks)"
    }
}

/// A certificate that is to be brought into use, as a line of JSON.
private struct CertificateLine: Encodable {
    let action = "deploy"
    let names: [String]
    let generation: Int
    let inUse: Int?
    let hooks: [String]

    init(_ certificate: DeploymentPlan.Certificate) {
        names = ["\(certificate.name)"]
        generation = certificate.generation.value
        inUse = certificate.inUse?.value
        hooks = certificate.hooks
    }
}
