import CertificateStore
import Diagnostics
import Settings

/// Keys for the group of an nginx whose master is not root, as `tls_group` has it.
extension Services {
    /// The same services, with keys for whom certctl.conf gives them to.
    func following(_ settings: Settings) -> Services {
        var services = self
        services.keyGroup = settings.tlsGroup
        return services
    }

    /// Makes the copy of the key that nginx is to read, where its group has none yet, and says so.
    func handOver(_ certificate: StoredCertificate, of name: LineageName) throws {
        guard let keyGroup, try store.handOver(certificate, of: name) else { return }
        log.notice(
            "a group may read the key",
            ["group": "\(keyGroup)", "lineage": "\(name)", "generation": "\(certificate.number)"]
        )
    }
}
