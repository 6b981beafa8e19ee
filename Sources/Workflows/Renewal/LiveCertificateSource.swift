import ACME
import ACMEClient
import CertificateStore
import FoundationEssentials
import Platform
import Renewal

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
        let issuing = try IssueCertificates(
            try orders.map(issueRequest),
            services: services,
            authorities: authorities,
            conduct: conduct
        )
        _ = await issuing.run(deploys: false)
    }

    private func issueRequest(_ order: RenewalOrder) throws -> IssueRequest {
        var issue = IssueRequest(
            names: try order.names.map { try Identifier($0) },
            agreesToTerms: request.agreesToTerms,
            progress: { step in request.progress(step, order.names) }
        )
        issue.lineage = order.lineage
        issue.outdated = order.outdated
        issue.isForced = order.limited.isForced
        if order.isSubstitute {
            issue.authority = order.authority
            issue.isSubstitute = true
        }
        return issue
    }
}
