package import CertificateStore
import Platform
import Settings

/// What there is to be deployed; nothing is locked: what another certctl is at work on is seen as it is
/// at the moment.
extension DeployCertificates {
    /// The lineages whose newest certificate is not in use as it should be, whenever it was last tried.
    func pending(_ settings: Settings) throws -> [LineageName] {
        try pairs(nil, settings, isForced: false).map(\.name)
    }

    /// Finds out what ``run(_:extraHooks:owed:isForced:isPendingOnly:)`` would do, whenever it was last tried;
    /// changes nothing.
    ///
    /// Throws what keeps any of it from being planned.
    package func plan(
        _ names: [LineageName]? = nil,
        isForced: Bool = false
    ) async throws -> DeploymentPlan {
        let settings = try SettingsLoader(services).load()
        return try await DeployRun(services, settings)
            .plan(pairs(names, settings, isForced: isForced))
    }

    /// The newest certificates of these lineages, or of all, that are not in use as they should be.
    private func pairs(
        _ names: [LineageName]?,
        _ settings: Settings,
        isForced: Bool
    ) throws -> [ProxyPlan.Pair] {
        guard try services.store.isPresent else { return [] }
        let store = services.following(settings).store
        let records = try store.deployRecords()
        return try (names ?? store.newestGenerations().map(\.name)).compactMap { name in
            guard let certificate = try store.latestCertificate(name) else {
                if names != nil { throw Self.noCertificate(name) }
                return nil
            }
            guard try isForced || !isInUse(certificate, name, store, records) else { return nil }
            return ProxyPlan.Pair(name: name, certificate: certificate)
        }
    }
}
