import ACME
import CertificateStore
import PKI
import Settings
import Testing

@testable import Workflows

/// Design §11: option over what was remembered at issue over default.
@Suite struct IssueSettingsTests {
    private let remembered = LineageSettings(
        names: ["a.test"],
        authority: "https://ca.test/directory",
        authorityRoots: "/etc/roots.pem",
        keyType: "p384",
        http01: "standalone",
        http01Port: 8080,
        http01Address: "127.0.0.1"
    )

    private func request(_ adjust: (inout IssueRequest) -> Void = { _ in }) throws -> IssueRequest {
        var request = IssueRequest(
            names: [try DomainName("a.test")],
            agreesToTerms: { _ in true },
            progress: { _ in }
        )
        adjust(&request)
        return request
    }

    @Test func `the defaults are Let's Encrypt, P-256 and port 80`() throws {
        let settings = IssueSettings(try request(), remembered: nil)
        #expect(settings.authority == CertificateAuthority("letsencrypt"))
        #expect(settings.keyType == .p256)
        #expect(settings.http01.mode == .auto)
        #expect(settings.http01.port == 80)
        #expect(settings.http01.address == nil)
    }

    @Test func `what is remembered wins over the defaults`() throws {
        #expect(IssueSettings(try request(), remembered: remembered).toRemember == remembered)
    }

    @Test func `what is asked for wins over what is remembered`() throws {
        let request = try request { request in
            request.keyType = .rsa2048
            request.http01.port = 80
        }
        let settings = IssueSettings(request, remembered: remembered)
        #expect(settings.keyType == .rsa2048)
        #expect(settings.http01.port == 80)
        #expect(settings.http01.address == "127.0.0.1")
    }

    @Test func `the roots of one CA say nothing about another`() throws {
        let request = try request { $0.authority = CertificateAuthority("letsencrypt") }
        #expect(IssueSettings(request, remembered: remembered).authorityRoots == nil)
    }

    @Test func `a remembered value that cannot be read counts as none`() throws {
        var strange = remembered
        strange.keyType = "ed448"
        strange.http01 = "carrier-pigeon"
        let settings = IssueSettings(try request(), remembered: strange)
        #expect(settings.keyType == .p256)
        #expect(settings.http01.mode == .auto)
    }

    @Test func `what is remembered can be taken back`() throws {
        let request = try request { request in
            request.authorityRoots = .system
            request.http01.address = .any
        }
        let settings = IssueSettings(request, remembered: remembered)
        #expect(settings.authorityRoots == nil)
        #expect(settings.http01.address == nil)
    }
}
