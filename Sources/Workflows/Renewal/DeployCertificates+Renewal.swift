package import CertificateStore

/// What `certctl renew` deploys itself.
extension DeployCertificates {
    /// Brings into use what was renewed, and what is still owed of the lineages that were looked at.
    ///
    /// A run that ended between a certificate and its deployment has left something owed. Throws what
    /// ``run(_:extraHooks:isPendingOnly:)`` throws.
    package func run(after report: RenewReport) async throws -> [Ending] {
        let renewed = report.renewed
        let done = Set(renewed)
        let others = report.endings.map(\.name).filter { !done.contains($0) }
        var endings = renewed.isEmpty ? [] : try await run(renewed)
        if !others.isEmpty { endings += try await run(others, isPendingOnly: true) }
        // Nobody else would come back to it, where there are no units.
        let waiting = others.isEmpty ? [] : try waiting(others)
        for ending in endings + waiting {
            if case .failure = ending.result { try services.store.lookSoon(at: ending.name) }
        }
        return endings
    }

    /// The same where another process has renewed: with what is owed of any lineage.
    package func run(afterRenewing renewed: [LineageName]) async throws -> [Ending] {
        let done = Set(renewed)
        let endings = renewed.isEmpty ? [] : try await run(renewed)
        return try await endings + run(isPendingOnly: true).filter { !done.contains($0.name) }
    }
}
