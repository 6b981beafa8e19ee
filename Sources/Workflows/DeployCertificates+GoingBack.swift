import CertificateStore
import Diagnostics
import FoundationEssentials
import Platform

/// A certificate whose files are gone, and the one before it.
extension DeployCertificates {
    /// Agrees to bring an older generation into use than has been, so that a server that is started finds one.
    ///
    /// Not one that is worse than what a server may still have in memory: throws
    /// ``WorkflowError/onlyOutdated(lineage:generation:reason:)`` for one that has expired or was called back.
    func goBack(
        to certificate: StoredCertificate,
        from newer: GenerationNumber,
        of name: LineageName,
        _ store: CertificateStore
    ) throws {
        let reason: String? =
            if certificate.manifest.notAfter <= services.clock.now {
                "has expired at \(certificate.manifest.notAfter.formatted(.iso8601))"
            } else if try store.lineage(name).progress.revoked.contains(certificate.number) {
                "was called back by the CA"
            } else {
                nil
            }
        if let reason {
            throw WorkflowError.onlyOutdated(
                lineage: "\(name)",
                generation: "\(certificate.number)",
                reason: reason
            )
        }
        services.log.warning(
            "the files of a certificate are gone, and the one before it is brought into use",
            ["lineage": "\(name)", "gone": "\(newer)", "in use": "\(certificate.number)"]
        )
    }
}
