import CertificateStore
import Diagnostics
import Platform

extension Services {
    private static let lockPatience: Duration = .seconds(30)
    private static let lockPause: Duration = .milliseconds(100)

    /// Takes a lock, waiting up to 30 seconds for whoever has it, unless `waits` is no.
    ///
    /// Throws ``StoreError/busy(_:)`` when it stays taken.
    func lock(
        _ subject: String,
        waits: Bool = true,
        _ take: () throws -> FileLock?
    ) async throws -> FileLock {
        var waited: Duration = .zero
        while true {
            if let lock = try take() { return lock }
            guard waits, waited < Self.lockPatience else { throw StoreError.busy(subject) }
            if waited == .zero { log.notice("waiting for another certctl", ["name": subject]) }
            try await clock.sleep(for: Self.lockPause)
            waited += Self.lockPause
        }
    }

    /// Does `body` while no other certctl deploys.
    ///
    /// Throws ``StoreError/busy(_:)`` where another goes on deploying.
    func whileDeploying<Outcome>(_ body: () async throws -> Outcome) async throws -> Outcome {
        try store.prepareDeployment()
        let lock = try await lock("the deploy run") { try store.lockDeployRun() }
        defer { withExtendedLifetime(lock) {} }
        return try await body()
    }
}
