import CertificateStore
import Deployment
import Diagnostics
import Nginx
import Platform
import Settings

/// A change of nginx's files that a run has left half way.
extension ProxyDeployment {
    /// Takes back what a run that was cut off has changed.
    func recover() async throws {
        try await recover(try await find())
    }

    /// Takes it back with an nginx that was found.
    func recover(_ nginx: any NginxInstance) async throws {
        try services.store.checkDeployFiles()
        tell(of: try await NginxTransaction.recover(needs(nginx, [])))
    }

    /// Finds the nginx, to change what it reads; below one that does not run, what was cut off is taken back:
    /// it may be what keeps it from starting.
    func find() async throws -> any NginxInstance {
        do {
            return try await access.find(settings.proxy?.place)
        } catch let error as DeploymentError where error.isOfStopped {
            do {
                try services.store.checkDeployFiles()
                tell(of: try NginxTransaction.recoverStopped(note, in: services.fileSystem))
            } catch {
                services.log.warning(
                    "a deployment that was cut off cannot be taken back yet",
                    ["reason": Services.reason(of: error)]
                )
            }
            throw error
        }
    }

    private var note: TransactionNote {
        TransactionNote(services.layout.transaction, in: services.fileSystem)
    }

    private func tell(of recovery: NginxTransaction.Recovery?) {
        guard let recovery else { return }
        guard !recovery.leftAlone.isEmpty else {
            return services.log.notice("a deployment that was cut off was taken back")
        }
        services.log.warning(
            "a deployment was cut off, and files of it were changed since: what stands there now stays",
            ["paths": recovery.leftAlone.joined(separator: " ")]
        )
    }
}
