import ACME
import CertificateStore
import Deployment
import Diagnostics
import FoundationEssentials
import HTTP01
import PKI
import Platform
import Renewal

/// `certctl issue`: one certificate, from the names to the hooks.
package struct IssueCertificate: Sendable {
    let services: Services
    let request: IssueRequest
    let name: LineageName
    let store: CertificateStore

    /// Prepares the workflow; nothing is touched yet.
    ///
    /// Throws ``WorkflowError`` when no lineage can be named like the first name.
    package init(_ request: IssueRequest, services: Services) throws {
        precondition(!request.names.isEmpty, "a certificate is for at least one name")
        guard
            let name = request.lineage ?? LineageName(request.names[0].description)
        else { throw WorkflowError.unusableLineageName(request.names[0].description) }
        self.name = name
        self.request = request
        self.services = services
        store = services.store
    }

    /// Issues the certificate unless a good one is there, and brings it into use.
    package func run() async throws -> IssueOutcome {
        try checkHooks()
        try store.prepare()
        let lock = try await services.lock("\(name)") { try store.lock(name) }
        defer { withExtendedLifetime(lock) {} }
        do {
            return try await runLocked()
        } catch {
            noteFailure(error)
            throw error
        }
    }

    private func runLocked() async throws -> IssueOutcome {
        let lineage = try recovered(store.lineage(name))
        try checkNames(lineage)
        if let current = lineage.current { try store.checkKey(of: current) }
        let settings = IssueSettings(request, remembered: lineage.settings)
        let change: IssueOutcome.Change
        let certificate: StoredCertificate
        if let current = lineage.current, isGoodEnough(current, lineage, settings) {
            (change, certificate) = (.unchanged, current)
        } else {
            (change, certificate) = (.issued, try await obtain(lineage, settings))
        }
        try store.save(settings.toRemember, of: name)
        let hooks = try await deploy(certificate)
        return IssueOutcome(change: change, name: name, certificate: certificate, hooks: hooks)
    }

    /// Finishes what a crash left between the generation's final name and its record.
    private func recovered(_ lineage: Lineage) throws -> Lineage {
        guard let pending = lineage.progress.pending,
            try store.recoverCommit(pending, of: name) != nil
        else { return lineage }
        services.log.notice("finished what an earlier run had begun", ["lineage": "\(name)"])
        return try store.lineage(name)
    }

    /// A second certificate for other names would take the place of the first unseen.
    private func checkNames(_ lineage: Lineage) throws {
        guard request.lineage == nil, let current = lineage.current else { return }
        let asked = request.names.map(\.description)
        guard Set(asked) != Set(current.manifest.names) else { return }
        throw WorkflowError.otherNames(
            lineage: "\(name)",
            existing: current.manifest.names,
            asked: asked
        )
    }

    private func isGoodEnough(
        _ current: StoredCertificate,
        _ lineage: Lineage,
        _ settings: IssueSettings
    ) -> Bool {
        let manifest = current.manifest
        let due = RenewalPolicy.due(notBefore: manifest.notBefore, notAfter: manifest.notAfter)
        let asked = settings.toRemember
        return !request.isForced && services.clock.now < due
            && Set(manifest.names) == Set(asked.names) && manifest.keyType == asked.keyType
            && (lineage.settings?.authority ?? asked.authority) == asked.authority
    }

    /// Gets a certificate from the CA and commits it.
    private func obtain(
        _ lineage: Lineage,
        _ settings: IssueSettings
    ) async throws -> StoredCertificate {
        try store.checkRoom(for: name)
        let solver = services.makeSolver(settings.http01)
        let certificate: StoredCertificate
        do {
            // The port is held before the CA is asked for anything: without it nothing can come of
            // it.
            certificate = try await solver.serving { presenter in
                try await order(lineage, settings, presenter)
            }
        } catch {
            // An nginx that holds the port may need the pair to go on. Where it cannot be made the
            // first failure is still the one to tell.
            try? bootstrap(lineage)
            throw error
        }
        let until = certificate.manifest.notAfter.formatted(.iso8601)
        services.log.notice("certificate issued", ["lineage": "\(name)", "until": until])
        services.note(.issued, name, "generation \(certificate.number) until \(until)")
        return certificate
    }

    private func noteFailure(_ error: any Error) {
        let diagnosis = (error as? any Diagnosable)?.diagnosis
        services.note(.failed, name, diagnosis.map { "\($0.what): \($0.why)" } ?? "\(error)")
    }
}
