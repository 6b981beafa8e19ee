import CertificateStore
import FoundationEssentials
import Renewal
import Workflows

/// A lineage as a line of JSON; the same for `list`, `show` and `issue`.
struct LineageLine: Encodable {
    let name: String
    let state: String
    let names: [String]
    let issuer: String?
    let serial: String?
    let keyType: String?
    let notBefore: Date?
    let notAfter: Date?
    let renewsAfter: Date?
    let generation: Int?
    let isDeployPending: Bool
    /// How often in a row that has failed, when last, why, and when it is tried again.
    let deployFailures: Int?
    let lastDeployAttempt: Date?
    let deployFailure: String?
    let nextDeployAttempt: Date?
    let privateKey: String?
    let fullChain: String?
    let nginxInclude: String?
    let authority: String?
    /// The CA that has issued this one in the place of ``authority``, which is asked again.
    let substitute: String?
    let openOrder: String?
    /// How often in a row the renewal, or the first order, has failed, why, and until when it is not tried again.
    let renewalFailures: Int?
    let renewalFailure: String?
    let renewalNotBefore: Date?
    /// The window that the CA suggests (RFC 9773), where it was asked.
    var renewalWindowStart: Date?
    var renewalWindowEnd: Date?
    /// The CA's page about it.
    var renewalExplanation: String?

    init(_ report: LineageReport) {
        let current = report.lineage.current
        name = report.lineage.name.description
        state = report.state.rawValue
        names = report.names
        issuer = current?.manifest.issuer
        serial = current?.manifest.serial
        keyType = current?.manifest.keyType
        notBefore = current?.manifest.notBefore
        notAfter = current?.manifest.notAfter
        renewsAfter = report.due
        generation = current?.number.value
        isDeployPending = report.isDeployPending
        deployFailures = report.deployFailure?.count
        lastDeployAttempt = report.deployFailure?.last
        deployFailure = report.deployFailure.flatMap { $0.reason.isEmpty ? nil : $0.reason }
        nextDeployAttempt = report.nextDeploy
        privateKey = current?.manifest.hasKey ?? false ? report.files?.privateKey : nil
        fullChain = report.files?.fullChain
        nginxInclude = current?.manifest.hasKey ?? true ? report.include : nil
        authority = report.lineage.settings?.authority
        substitute = report.lineage.settings?.substitute
        renewalFailures = report.trouble?.count
        renewalFailure = report.trouble?.reason
        renewalNotBefore = report.trouble?.next
        openOrder = report.lineage.progress.pending?.order
    }
}
