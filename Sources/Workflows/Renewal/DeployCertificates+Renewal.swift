package import CertificateStore
import Diagnostics

/// What `certctl renew` deploys itself.
extension DeployCertificates {
    /// Brings into use what was renewed, and what is still owed of the lineages that were looked at.
    ///
    /// A run that ended between a certificate and its deployment has left something owed. What is still owed
    /// after this one the next run looks at again: nobody else would, where there are no units. Throws what
    /// ``run(_:extraHooks:owed:isForced:isPendingOnly:)`` throws.
    package func run(after report: RenewReport) async throws -> [Ending] {
        let renewed = report.renewed
        let done = Set(renewed)
        let others = report.endings.map(\.name).filter { !done.contains($0) }
        var endings = renewed.isEmpty ? [] : try await run(renewed)
        if !others.isEmpty {
            endings += try await owed(others)
        }
        if !report.endings.isEmpty { lookSoon(at: Set(report.endings.map(\.name))) }
        return endings
    }

    /// The same where another process has renewed: with what is owed of any lineage.
    package func run(afterRenewing renewed: [LineageName]) async throws -> [Ending] {
        let done = Set(renewed)
        let endings = renewed.isEmpty ? [] : try await run(renewed)
        let owed = try await owed()
        return endings + owed.filter { !done.contains($0.name) }
    }

    /// Deploys what is owed and may be tried now, and finds what waits; `nil` for all lineages.
    private func owed(_ names: [LineageName]? = nil) async throws -> [Ending] {
        let tried = try await run(names, isPendingOnly: true)
        let told = Set(tried.map(\.name))
        return tried + (try waiting(names).filter { !told.contains($0.name) })
    }

    /// Has the next `renew` look at those of `names` that are not in use.
    private func lookSoon(at names: Set<LineageName>) {
        let store = services.store
        do {
            let records = try store.deployRecords()
            for (name, number) in try store.newestGenerations() where names.contains(name) {
                guard let number, number != .bootstrap, records[name]?.isDone(number) != true
                else { continue }
                try store.lookSoon(at: name)
            }
        } catch {
            services.log.warning(
                "the next renew cannot be told what is left to be deployed",
                ["reason": Services.reason(of: error)]
            )
        }
    }
}
