import ACME
import ACMEClient
import CertificateStore
import FoundationEssentials
import Platform
import Renewal
import Synchronization

/// The CAs themselves, each over one connection.
struct LiveCertificateSource: CertificateSource {
    private let services: Services
    private let authorities: Authorities
    private let request: RenewRequest

    init(_ services: Services, _ request: RenewRequest) {
        self.services = services
        self.request = request
        authorities = Authorities(services)
    }

    func clockSkew(
        of authority: CertificateAuthority,
        roots: String?
    ) async throws -> TimeInterval {
        let connection = try await authorities.connection(to: authority, roots: roots)
        guard let skew = connection.skew, skew.isSuspect else { return 0 }
        return skew.seconds
    }

    func renewalInfo(
        of certificate: StoredCertificate,
        from authority: CertificateAuthority,
        roots: String?
    ) async throws -> RenewalInfo? {
        let leaf = try services.store.certificate(of: certificate)
        guard let identifier = CertificateIdentifier(leaf) else { return nil }
        let connection = try await authorities.connection(to: authority, roots: roots)
        return try await connection.client.renewalInfo(of: identifier, in: connection.directory)
    }

    func renew(
        _ orders: [RenewalOrder],
        skew: TimeInterval,
        _ conduct: OrderConduct
    ) async throws {
        // What is judged by the time is judged by the CA's where the two differ.
        let services = skew == 0 ? services : services.with(AdjustedClock(services.clock, by: skew))
        var requests: [IssueRequest] = []
        for order in orders {
            do {
                requests.append(try issueRequest(order))
            } catch {
                await conduct.settled(order.lineage, .failure(error))
            }
        }
        let told = Mutex<Set<LineageName>>([])
        let telling = OrderConduct(lanes: conduct.lanes, admit: conduct.admit) { name, result in
            told.withLock { _ = $0.insert(name) }
            await conduct.settled(name, result)
        }
        let issuing = try IssueCertificates(
            requests,
            services: services,
            authorities: authorities,
            conduct: telling
        )
        let endings = await issuing.run(deploys: false)
        // Of some it was clear before any CA was asked: what cannot be locked, or is there already.
        for ending in endings where !told.withLock({ $0.contains(ending.name) }) {
            await conduct.settled(ending.name, ending.result)
        }
    }

    private func issueRequest(_ order: RenewalOrder) throws -> IssueRequest {
        guard !order.names.isEmpty else {
            throw WorkflowError.noCertificate(
                lineage: "\(order.lineage)",
                reason: "its settings name no host"
            )
        }
        var issue = IssueRequest(
            names: try order.names.map { try Identifier($0) },
            agreesToTerms: request.agreesToTerms,
            progress: { step in request.progress(step, order.names) }
        )
        issue.lineage = order.lineage
        issue.outdated = order.outdated
        issue.isForced = order.limited.isForced
        // Of many lineages, one that another certctl is at work on keeps no other waiting.
        issue.waitsForLock = !request.names.isEmpty
        if order.isSubstitute {
            issue.authority = order.authority
            issue.isSubstitute = true
        }
        return issue
    }
}
