import ACME
import CertificateStore
import Diagnostics
import Settings

/// What has vanished from certctl.conf and is renewed all the same: only `delete` ends a renewal.
extension RenewalRound {
    /// Tells of a lineage that certctl.conf was about and no longer is, or no longer with all names.
    func tellWhatVanished(of look: RenewalLook) {
        guard look.lineage.settings?.isConfigured ?? false else { return }
        let block = renewal.general.block(of: look.name)
        let known = Set(block?.names.map(\.value) ?? [])
        tellWhatIsNew(of: look, known)
        let missing = look.names.filter { !known.contains($0) }
        guard !missing.isEmpty else { return }
        services.log.warning(
            "certctl.conf no longer has names that are renewed all the same",
            [
                "lineage": "\(look.name)", "names": missing.joined(separator: " "),
                "to change that": block.map { Self.newNames($0, look.name) }
                    ?? "certctl delete \(look.name)",
            ]
        )
    }

    /// Tells of names that certctl.conf has and the certificate has not: a renewal is for the same names.
    private func tellWhatIsNew(of look: RenewalLook, _ known: Set<String>) {
        let added = known.subtracting(look.names)
        guard !added.isEmpty else { return }
        services.log.warning(
            "certctl.conf has names that are not in the certificate",
            [
                "lineage": "\(look.name)", "names": added.sorted().joined(separator: " "),
                "to get them": "certctl apply",
            ]
        )
    }

    private static func newNames(_ block: CertificateSettings, _ name: LineageName) -> String {
        let names = block.names.map(\.value).joined(separator: " ")
        return "certctl issue \(names) --name \(name)"
    }
}
