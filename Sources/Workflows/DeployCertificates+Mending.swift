import CertificateStore
import Deployment
import Platform
import Settings

/// What is put right beside deploying, or where there is nothing to be deployed.
extension DeployCertificates {
    /// Puts back what nginx misses of certctl's own files, where nothing is to be deployed: its next
    /// start would fail, and until then nothing else tells.
    ///
    /// Throws what a person has to do for that. What else is wrong with nginx is only told: all that is
    /// stored is in use.
    package func mend() async throws {
        let settings = try SettingsLoader(services).load()
        guard try services.store.isPresent, let lock = try services.store.lockDeployRun() else {
            return
        }
        defer { withExtendedLifetime(lock) {} }
        defer { services.following(settings).mendReaders() }
        // First: it tells what nginx has missed.
        guard let proxy = ProxyDeployment(services, settings) else { return }
        try await Unserved.by(.deploy) { try await proxy.mendUnasked() }
    }

    /// Puts back what readers are led to and is gone, where nobody deploys just now: that it is in use is all
    /// that is known of what is deployed.
    ///
    /// Returns why that cannot be done, by lineage.
    func mendReaders() throws -> Results {
        guard try services.store.isPresent,
            try services.fileSystem.status(services.layout.transaction) == nil,
            let settings = try? SettingsLoader(services).load()
        else { return [:] }
        let services = services.following(settings)
        // Where nothing was deployed yet there is nothing to be put back.
        guard try services.store.deployJournalSize > 0 || services.store.usesCopies,
            let lock = try services.store.lockDeployRun()
        else { return [:] }
        defer { withExtendedLifetime(lock) {} }
        return services.mendReaders().reduce(into: [:]) { $0[$1.name] = .failure($1.error) }
    }

    /// Ends a change of nginx's files that a crash has cut off, where no deployment has.
    func takeBackWhatWasCutOff() async throws {
        guard try services.fileSystem.status(services.layout.transaction) != nil,
            let lock = try services.store.lockDeployRun()
        else { return }
        defer { withExtendedLifetime(lock) {} }
        let settings = try SettingsLoader(services).load()
        try await ProxyDeployment(services, settings)?.recover()
    }
}
