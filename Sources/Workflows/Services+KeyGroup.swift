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

    /// Makes the copy that readers are led to, where there is none yet; says so where it is not root's alone.
    func handOver(_ certificate: StoredCertificate, of name: LineageName) throws {
        guard try store.handOver(certificate, of: name), let keyGroup else { return }
        log.notice(
            "a group may read the key",
            ["group": "\(keyGroup)", "lineage": "\(name)", "generation": "\(certificate.number)"]
        )
    }
}
