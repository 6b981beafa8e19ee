import CertificateStore
import Diagnostics
package import FoundationEssentials
import Platform
package import Renewal
import Settings

/// `certctl renew`: renews what is due, and costs nothing while nothing is.
///
/// What fails for one lineage keeps no other from being renewed. Nothing is deployed: that is left to
/// ``DeployCertificates``.
package struct RenewCertificates: Sendable {
    /// What was put among the lineages by other means than certctl is found within this time.
    static let listing: TimeInterval = .day
    /// No schedule is believed for longer.
    static let horizon: TimeInterval = 7 * .day

    let services: Services
    let request: RenewRequest
    let source: any CertificateSource
    let decide: @Sendable (RenewalFacts, Date) -> RenewalDecision
    let general: Settings

    var store: CertificateStore { services.store }

    /// Prepares the workflow; nothing is touched yet.
    ///
    /// - Parameters:
    ///   - services: What the workflow may touch.
    ///   - request: What is asked for.
    ///   - source: Where certificates come from; `nil` for the CAs.
    ///   - decide: The policy.
    /// - Throws: What ``SettingsLoader/load()`` throws.
    package init(
        _ services: Services,
        _ request: RenewRequest = RenewRequest(),
        source: (any CertificateSource)? = nil,
        decide: @escaping @Sendable (RenewalFacts, Date) -> RenewalDecision = RenewalPolicy.decide
    ) throws {
        self.services = services
        self.request = request
        self.source = source ?? LiveCertificateSource(services, request)
        self.decide = decide
        general = try SettingsLoader(services).load()
    }

    /// Renews what is due.
    ///
    /// Throws what keeps everything from being renewed, as a store that cannot be read;
    /// ``StoreError/unknownLineage(_:known:)`` for a name that is none. The timer leaves everything to
    /// another run that is at work; a person has it waited for, and gets ``StoreError/busy(_:)`` where
    /// that takes long.
    package func run() async throws -> RenewReport {
        try store.prepare()
        _ = try request.lineages(in: store)
        guard let lock = try await lock() else {
            var report = RenewReport()
            report.isBusy = true
            return report
        }
        defer { withExtendedLifetime(lock) {} }
        let clock = try RenewalClock(services)
        if request.isPlain, clock.isBelieved, let report = try glance() {
            try clock.save(believing: nil, isWhole: true)
            return report
        }
        var round = try RenewalRound(self, clock)
        do {
            try await round.run()
        } catch {
            // What was done is not to be forgotten with what failed.
            try? await round.save(isWhole: false)
            throw error
        }
        var report = round.report
        do {
            // One that was named says nothing of whether all are looked after.
            try await round.save(isWhole: request.names.isEmpty)
        } catch {
            // Whatever was renewed is to be brought into use all the same.
            report.unsaved = error
        }
        return report
    }

    private func lock() async throws -> FileLock? {
        guard !request.isPlain else { return try store.lockRenewal() }
        return try await services.lock("the renewal") { try store.lockRenewal() }
    }

    /// The report where one look at the schedule shows that nothing is due; else `nil`.
    private func glance() throws -> RenewReport? {
        let now = services.clock.now
        guard let glance = try store.scheduleFile()?.glance(at: now), !glance.isAnyDue,
            // Whether those are still there the glance does not tell.
            !glance.isAnyHeld,
            glance.written <= now, now < glance.listed + Self.listing, glance.listed <= now
        else { return nil }
        var report = RenewReport()
        report.count = glance.count
        report.next = glance.next
        report.isAnyWaiting = try glance.count == 0 && !store.lineageNames().isEmpty
        return report
    }
}
