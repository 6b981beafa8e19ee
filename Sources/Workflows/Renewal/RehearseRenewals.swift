import ACME
package import CertificateStore
import Platform

/// `certctl renew --dry-run`: a whole order at each CA's staging, due or not, of which nothing is kept.
package struct RehearseRenewals: Sendable {
    /// What came of it.
    package struct Report: Sendable {
        package let endings: [IssueCertificates.Ending]
        /// Those that nobody has named, of a CA that has nothing to rehearse with.
        package let skipped: [Skipped]
    }

    /// A lineage that cannot be rehearsed.
    package struct Skipped: Sendable {
        package let name: LineageName
        /// The CA by its name.
        package let authority: String
    }

    private let services: Services
    private let request: RenewRequest

    /// Prepares the workflow; nothing is touched yet.
    package init(_ services: Services, _ request: RenewRequest) {
        self.services = services
        self.request = request
    }

    /// Rehearses the named lineages, or all that have been issued before and can be rehearsed.
    ///
    /// Throws ``StoreError/unknownLineage(_:known:)``, and what ``IssueCertificates`` throws.
    package func run() async throws -> Report {
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
        // Root's hooks are root's to look at.
        let deploys = try store.role().keeps(.deploying)
        let all = try await IssueCertificates(requests, services: services).run(deploys: deploys)
        guard request.names.isEmpty else { return Report(endings: all, skipped: []) }
        return Report(
            endings: all.filter { $0.skipped == nil },
            skipped: all.compactMap(\.skipped)
        )
    }
}

extension IssueCertificates.Ending {
    /// The ending as one of a lineage that cannot be rehearsed; `nil` where it was, or has failed.
    fileprivate var skipped: RehearseRenewals.Skipped? {
        guard case .failure(WorkflowError.noStaging(let authority)) = result else { return nil }
        return RehearseRenewals.Skipped(name: name, authority: authority)
    }
}
