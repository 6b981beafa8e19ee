import ACME
import CertificateStore
import HTTP
import Platform
import TestSupport
import Testing

@testable import Workflows

/// What a person has to be asked before `certctl apply` changes anything.
@Suite struct OpenAccountsTests {
    private let host: TestHost

    init() throws {
        host = try TestHost()
    }

    private func workflow(
        agrees: Bool = true,
        _ names: [String] = ["a.test"]
    ) throws -> IssueCertificates {
        let requests = try names.map { name in
            try host.request([name]) { request in
                request.account = AccountRequest { _ in agrees }
            }
        }
        return try IssueCertificates(requests, services: host.services)
    }

    @Test func `terms that are not agreed to are refused, and no key is made`() async throws {
        let workflow = try workflow(agrees: false)
        #expect(try workflow.lacksAccounts())
        await #expect(throws: ACMEError.termsNotAgreed("https://ca.test/terms")) {
            try await workflow.openAccounts()
        }
        #expect(try workflow.lacksAccounts())
        #expect(host.disk.contents(below: TestHost.home).keys.allSatisfy { !$0.contains("key") })
    }

    @Test func `an account is registered once, and needs nobody any more`() async throws {
        try await workflow(agrees: true, ["a.test", "b.test"]).openAccounts()
        #expect(host.network.withCA { $0.accounts.count } == 1)
        let later = try workflow(agrees: false)
        #expect(try !later.lacksAccounts())
        try await later.openAccounts()
        #expect(host.network.withCA { $0.accounts.count } == 1)
    }

    @Test func `a CA that is down is told of when it is asked for a certificate`() async throws {
        host.misbehave { $0.outage = { _, _ in .failure(.notConnected("refused")) } }
        try await workflow(agrees: false).openAccounts()
        #expect(host.log.messages.contains("there is no account yet"))
    }
}
