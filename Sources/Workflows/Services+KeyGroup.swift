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

    /// Puts back what readers are led to and is gone; says so, and of which it cannot.
    func mendReaders() throws {
        let (mended, failed) = try store.mendReaders()
        for name in mended {
            log.warning(
                "files that nginx is led to were gone, and are put back",
                ["lineage": "\(name)"]
            )
        }
        for (name, error) in failed {
            log.warning(
                "files that nginx is led to are gone, and cannot be put back",
                ["lineage": "\(name)", "reason": Services.reason(of: error)]
            )
        }
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
