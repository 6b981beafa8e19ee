import ACME
import CertificateStore
import HTTP
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
            names: [try Identifier("a.test")],
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

    // MARK: certctl.conf

    private func general(_ text: String) throws -> Settings {
        let names = NameRules(toASCII: { _ in nil }, isLineageName: { _ in true })
        return try SettingsReader.read(
            Array(text.utf8),
            path: "/etc/certctl/certctl.conf",
            names: names
        )
    }

    private func settings(
        _ text: String,
        remembered: LineageSettings? = nil,
        isIssued: Bool = true,
        _ adjust: (inout IssueRequest) -> Void = { _ in }
    ) throws -> IssueSettings {
        let general = try general(text)
        let name = try #require(LineageName("a.test"))
        return IssueSettings(
            try request(adjust),
            block: general.block(of: name),
            remembered: remembered,
            isIssued: isIssued,
            general: general
        )
    }

    @Test func `a CA that nobody has asked for can be corrected until it has issued`() throws {
        let wrong = try settings("ca https://typo.test/directory { roots /typo.pem; }").toRemember
        #expect(wrong.isAuthorityAssumed == true)
        let mended = "ca https://ca.test/directory { roots /ca.pem; }"
        let settings = try settings(mended, remembered: wrong, isIssued: false)
        #expect(settings.authority.directory.description == "https://ca.test/directory")
        #expect(settings.authorityRoots == "/ca.pem")
        #expect(try self.settings("", remembered: wrong, isIssued: false).authority == .standard)
        // What has issued is what renews.
        let issued = try self.settings(mended, remembered: wrong)
        #expect(issued.authority.directory.description == "https://typo.test/directory")
    }

    @Test func `what else was asked for is kept while the CA is the same`() throws {
        let text = "ca https://ca.test/directory;"
        let first = try settings(text) { request in
            request.profile = .only("short")
            request.preferredChain = .only("Root X1")
        }
        let again = try settings(text, remembered: first.toRemember, isIssued: false)
        #expect(again.profile == "short")
        #expect(again.preferredChain == "Root X1")
        #expect(again.toRemember.sharesOrder(with: first.toRemember))
    }

    @Test func `roots that were asked for are kept with their CA, issued or not`() throws {
        let first = try settings("ca https://ca.test/directory;") {
            $0.authorityRoots = .file("/own.pem")
        }
        let again = try settings("", remembered: first.toRemember, isIssued: false)
        #expect(again.authority == first.authority)
        #expect(again.authorityRoots == "/own.pem")
    }

    @Test func `where a CA's roots are kept is certctl.conf's to say, issued or not`() throws {
        let old = try settings("ca https://ca.test/directory { roots /old.pem; }").toRemember
        let moved = "ca https://ca.test/directory { roots /new.pem; }"
        #expect(try settings(moved, remembered: old).authorityRoots == "/new.pem")
        #expect(try settings("", remembered: old).authorityRoots == "/old.pem")
    }

    @Test func `a CA that was asked for is kept, issued or not`() throws {
        let asked = try settings("") {
            $0.authority = CertificateAuthority("https://own.test/directory")
        }
        #expect(asked.toRemember.isAuthorityAssumed == nil)
        let again = try settings(
            "ca https://ca.test/directory;",
            remembered: asked.toRemember,
            isIssued: false
        )
        #expect(again.authority.directory.description == "https://own.test/directory")
    }

    @Test func `what is said of the usual CA is not asked of the one that stands in`() throws {
        let second = try #require(CertificateAuthority("https://second.test/directory"))
        for text in [
            "certificate a.test { profile short; preferred_chain X; }",
            "certificate a.test { ca https://ca.test/directory; profile short; preferred_chain X; }",
        ] {
            let settings = try settings(text, remembered: remembered) {
                $0.authority = second
                $0.isSubstitute = true
            }
            #expect(settings.profile == nil)
            #expect(settings.preferredChain == nil)
            #expect(try self.settings(text, remembered: remembered).profile == "short")
        }
    }

    @Test func `what is said of the CA of a block is not asked of another`() throws {
        let text = "certificate a.test { ca https://ca.test/directory; profile short; }"
        let other = try settings(text) { $0.authority = CertificateAuthority("letsencrypt") }
        #expect(other.profile == nil)
        let open = try settings("certificate a.test { profile short; }") {
            $0.authority = CertificateAuthority("letsencrypt")
        }
        #expect(open.profile == "short")
    }

    @Test func `a certificate that stays is still from the CA that has stood in`() throws {
        var known = remembered
        known.substitute = "https://second.test/directory"
        let settings = IssueSettings(try request(), remembered: known)
        #expect(settings.toKeep == known)
        // The next one is from the usual CA.
        #expect(settings.toRemember == remembered)
        let again = try request { request in
            request.authority = CertificateAuthority("https://third.test/directory")
            request.isSubstitute = true
        }
        #expect(IssueSettings(again, remembered: known).toKeep == known)
    }

    @Test func `what certctl.conf says of all wins over the defaults`() throws {
        let settings = try settings(
            """
            ca https://ca.test/directory { roots roots.pem; }
            key_type p384; http01 standalone; profile short; preferred_chain "Root X";
            """
        )
        #expect(settings.authority.directory.description == "https://ca.test/directory")
        #expect(settings.authorityRoots == "/etc/certctl/roots.pem")
        #expect(settings.keyType == .p384)
        #expect(settings.http01.mode == .standalone)
        #expect(settings.profile == "short")
        #expect(settings.preferredChain == "Root X")
    }

    @Test func `what is remembered wins over what certctl.conf says of all`() throws {
        let settings = try settings("key_type rsa2048; http01 proxied;", remembered: remembered)
        #expect(settings.keyType == .p384)
        #expect(settings.http01.mode == .standalone)
    }

    @Test func `a name's block wins over what is remembered`() throws {
        let text = """
            certificate a.test {
                ca https://ca.test/directory { roots own.pem; } key_type rsa2048; http01 auto;
                reuse_key; profile long;
            }
            certificate b.test { key_type rsa4096; }
            """
        let settings = try settings(text, remembered: remembered)
        #expect(settings.keyType == .rsa2048)
        #expect(settings.http01.mode == .auto)
        #expect(settings.authorityRoots == "/etc/certctl/own.pem")
        #expect(settings.reusesKey)
        #expect(settings.profile == "long")
    }

    @Test func `an option wins over a name's block`() throws {
        let settings = try settings("site a.test { to app:80; key_type rsa2048; profile long; }") {
            $0.keyType = .p256
            $0.profile = .any
        }
        #expect(settings.keyType == .p256)
        #expect(settings.profile == nil)
    }

    @Test func `a profile that is named for all is one of the CA that is named for all`() throws {
        let text = "ca letsencrypt; profile shortlived; preferred_chain X;"
        let settings = try settings(text) { $0.authority = CertificateAuthority("actalis") }
        #expect(settings.profile == nil)
        #expect(settings.preferredChain == nil)
    }

    @Test func `the account is what the option says, or the CA's part of certctl.conf`() throws {
        let general = try general(
            """
            email ops@example.com;
            ca letsencrypt;
            fallback google { eab_kid K; eab_hmac_file google.hmac; eab_hmac_alg HS512; }
            """
        )
        let google = try #require(CertificateAuthority("google"))
        let request = AccountRequest(agreesToTerms: { _ in true })
        let completed = general.completing(request, with: google)
        #expect(completed.email == "ops@example.com")
        #expect(
            completed.binding
                == AuthoritySettings.ExternalAccount(
                    keyIdentifier: "K",
                    hmacFile: "/etc/certctl/google.hmac",
                    algorithm: .sha512
                )
        )
        #expect(general.completing(request, with: .standard).binding == nil)
    }
}
