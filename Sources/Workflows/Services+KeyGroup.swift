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

    /// Puts back what readers are led to and is gone; says so, and of which it cannot: all that is stored is in
    /// use, as far as is known.
    ///
    /// Returns why those cannot be.
    @discardableResult
    func mendReaders() -> [(name: LineageName, error: any Error)] {
        do {
            let (mended, failed) = try store.mendReaders()
            for name in mended {
                log.warning(
                    "files that nginx is led to were gone or not root's, and are put back: start it if it has stopped",
                    ["lineage": "\(name)"]
                )
            }
            for (name, error) in failed { tellUnmended(error, "\(name)") }
            return failed
        } catch {
            tellUnmended(error, "any")
            return []
        }
    }

    private func tellUnmended(_ error: any Error, _ lineage: String) {
        log.warning(
            "whether the files are there that nginx is led to cannot be seen, or be mended",
            ["lineage": lineage, "reason": Services.reason(of: error)]
        )
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
