import ACME
import CertificateStore
import Platform

/// `certctl renew --dry-run`: a whole order at each CA's staging, due or not, of which nothing is kept.
package struct RehearseRenewals: Sendable {
    private let services: Services
    private let request: RenewRequest

    /// Prepares the workflow; nothing is touched yet.
    package init(_ services: Services, _ request: RenewRequest) {
        self.services = services
        self.request = request
    }

    /// Rehearses the named lineages, or all that have been issued before.
    ///
    /// Throws ``StoreError/unknownLineage(_:known:)``, and what ``IssueCertificates`` throws.
    package func run() async throws -> [IssueCertificates.Ending] {
        let store = services.store
        let names =
            try request.names.isEmpty
            ? store.lineageNames() : request.lineages(in: store)
        let requests = try names.compactMap { name -> IssueRequest? in
            guard let hosts = try store.lineage(name).settings?.names, !hosts.isEmpty else {
                return nil
            }
            let progress = request.progress
            var issue = IssueRequest(
                names: try hosts.map { try Identifier($0) },
                agreesToTerms: request.agreesToTerms,
                progress: { step in progress(step, hosts) }
            )
            issue.lineage = name
            issue.isRehearsal = true
            return issue
        }
        return try await IssueCertificates(requests, services: services).run()
    }
}
