import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import PKI
import Platform
import TestSupport
import Testing

@testable import Workflows

/// The CA as an attacker: RFC 8555 §10 and §11, and what other clients were measured to install.
///
/// Each case begins with a good certificate, lets the CA misbehave while it is replaced, and
/// demands the documented exit code and that every byte that a server could read is as before.
@Suite struct HostileCATests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let code: ExitCode
        let behaviour: @Sendable (inout FakeCA.Behaviour) -> Void

        init(
            _ description: String,
            _ code: ExitCode,
            _ behaviour: @escaping @Sendable (inout FakeCA.Behaviour) -> Void
        ) {
            testDescription = description
            self.code = code
            self.behaviour = behaviour
        }
    }

    /// Answers in place of one resource.
    private static func replacing(
        _ resource: FakeCA.Resource,
        _ make: @escaping @Sendable (HTTPResponse) -> FakeCA.Outcome
    ) -> @Sendable (inout FakeCA.Behaviour) -> Void {
        { behaviour in
            behaviour.tamper = { $0 == resource ? make($1) : .success($1) }
        }
    }

    private static func text(
        _ resource: FakeCA.Resource,
        _ body: String,
        status: Int = 200
    ) -> @Sendable (inout FakeCA.Behaviour) -> Void {
        replacing(resource) { original in
            var response = original
            response.status = status
            response.body = Array(body.utf8)
            return .success(response)
        }
    }

    /// Signs something else than what was asked for.
    private static func leaf(
        _ make: @escaping @Sendable (TestCertificateAuthority, [UInt8], Date) throws -> [UInt8]
    ) -> @Sendable (inout FakeCA.Behaviour) -> Void {
        { behaviour in
            behaviour.chain = { authority, request in
                let start = ManualClock().now.addingTimeInterval(-3600)
                // A test whose CA cannot sign ends with a chain that is no chain.
                return (try? authority.chainPEM(leaf: make(authority, request, start))) ?? []
            }
        }
    }

    private static let day: Double = 86_400
    private static let privateKeyBlock = Array(
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".utf8
    )

    static let certificates: [Case] = [
        Case(
            "a certificate for another key",
            .refused,
            leaf { authority, _, start in
                try authority.issue(
                    publicKey: PrivateKey.make(.p256).publicKey,
                    dnsNames: ["example.com", "www.example.com"],
                    notBefore: start,
                    notAfter: start + 90 * day
                )
            }
        ),
        Case(
            "a name too many",
            .refused,
            leaf { authority, request, start in
                try authority.issue(
                    csr: request,
                    dnsNames: ["example.com", "www.example.com", "evil.test"],
                    notBefore: start,
                    notAfter: start + 90 * day
                )
            }
        ),
        Case(
            "a name too few",
            .refused,
            leaf { authority, request, start in
                try authority.issue(
                    csr: request,
                    dnsNames: ["example.com"],
                    notBefore: start,
                    notAfter: start + 90 * day
                )
            }
        ),
        Case(
            "a certificate that has expired",
            .refused,
            leaf { authority, request, start in
                try authority.issue(csr: request, notBefore: start - 90 * day, notAfter: start)
            }
        ),
        Case(
            "a certificate of tomorrow",
            .refused,
            leaf { authority, request, start in
                try authority.issue(
                    csr: request,
                    notBefore: start + 2 * day,
                    notAfter: start + 90 * day
                )
            }
        ),
        Case("a private key in the chain", .refused) { behaviour in
            behaviour.chain = { authority, request in
                let good = try? authority.issue(
                    csr: request,
                    notBefore: ManualClock().now,
                    notAfter: ManualClock().now + 90 * day
                )
                return authority.chainPEM(leaf: good ?? []) + privateKeyBlock
            }
        },
        Case("a chain that does not link", .refused) { behaviour in
            behaviour.chain = { authority, request in
                let now = ManualClock().now
                guard
                    let leaf = try? authority.issue(
                        csr: request,
                        notBefore: now,
                        notAfter: now + day
                    ),
                    let stranger = try? TestCertificateAuthority.make(name: "Stranger")
                else { return [] }
                return PEM.encode(leaf, label: "CERTIFICATE")
                    + PEM.encode(stranger.der, label: "CERTIFICATE")
            }
        },
        Case("no certificate at all", .refused) { $0.chain = { _, _ in [] } },
        Case("a chain cut off", .refused) { behaviour in
            behaviour.chain = { authority, request in
                let now = ManualClock().now
                let leaf = try? authority.issue(csr: request, notBefore: now, notAfter: now + day)
                return Array(authority.chainPEM(leaf: leaf ?? []).dropLast(40))
            }
        },
    ]

    static let answers: [Case] = [
        Case("a page of HTML as directory", .unreachable, text(.directory, "<html>log in</html>")),
        Case(
            "a directory of 256 MB",
            .refused,
            replacing(.directory) { _ in
                .failure(.tooLarge(limit: 65_536))
            }
        ),
        Case(
            "a directory on another host",
            .refused,
            text(
                .directory,
                #"{"newNonce":"https://evil.test/n","newAccount":"https://ca.test/a","newOrder":"https://ca.test/o"}"#
            )
        ),
        Case(
            "an order over http",
            .refused,
            text(
                .newOrder,
                #"{"status":"pending","authorizations":["http://ca.test/authorization/0/0"],"finalize":"https://ca.test/finalize/0"}"#,
                status: 201
            )
        ),
        Case("an order of nonsense", .unreachable, text(.newOrder, "[1,2", status: 201)),
        Case("silence", .unreachable, replacing(.newOrder) { _ in .failure(.timedOut("60 s")) }),
        Case(
            "an answer cut off for ever",
            .unreachable,
            replacing(.authorization) { _ in
                .failure(.notConnected("closed"))
            }
        ),
        Case("a token that is a path", .refused) { $0.token = "../../etc/cron.d/x" },
        Case("an empty token", .refused) { $0.token = "" },
        Case("nonces refused for ever", .unreachable) { $0.refusedNonces = nil },
        Case("processing for ever", .unreachable) { $0.processingPolls = nil },
        Case(
            "a rate limit of a day",
            .rateLimited,
            replacing(.newOrder) { _ in
                var response = FakeCA.problem("rateLimited", "too many", status: 429)
                response.headers.append("retry-after", "86400")
                return .success(response)
            }
        ),
        Case("a challenge that fails", .challengeFailed) { $0.challengeProblem = "no route" },
        Case(
            "a refusal full of escape sequences",
            .refused,
            text(
                .newOrder,
                #"{"type":"urn:ietf:params:acme:error:rejectedIdentifier","detail":"\u001b[2J\u001b]0;owned\u0007"}"#,
                status: 400
            )
        ),
        Case("a server that is broken", .unreachable, text(.newOrder, "<h1>502</h1>", status: 502)),
    ]

    @Test(arguments: certificates + answers)
    func `ends in its documented code and leaves what is served as it was`(
        _ hostile: Case
    ) async throws {
        let host = try TestHost()
        try await host.issue()
        let before = host.served

        host.misbehave(hostile.behaviour)
        #expect(await host.exitCode { $0.isForced = true } == hostile.code)

        let after = host.served.filter { !$0.key.contains("/.tmp/") }
        #expect(after == before)
    }

    @Test(arguments: certificates + answers)
    func `a CA that has come to its senses is believed again`(_ hostile: Case) async throws {
        let host = try TestHost()
        host.misbehave(hostile.behaviour)
        _ = await host.exitCode()

        host.misbehave { $0 = FakeCA.Behaviour() }
        #expect(await host.exitCode() == .success)
        #expect(try host.faultOfServedPair() == nil)
    }

    @Test func `what a CA says reaches the operator without its escape sequences`() async throws {
        let host = try TestHost()
        let hostile = try #require(Self.answers.first { $0.testDescription.contains("escape") })
        host.misbehave(hostile.behaviour)
        do {
            try await host.issue()
            Issue.record("the CA's refusal was taken for success")
        } catch {
            let diagnosis = try #require((error as? any Diagnosable)?.diagnosis)
            #expect(!diagnosis.why.unicodeScalars.contains("\u{1B}"))
            #expect(diagnosis.why.contains("owned"))
        }
    }

    @Test(arguments: [
        FakeCA.Resource.newOrder, .authorization, .challenge, .finalize, .certificate,
    ])
    func `an answer that is lost costs no second certificate`(
        _ resource: FakeCA.Resource
    ) async throws {
        let host = try TestHost()
        host.misbehave { $0.lostAnswers[resource] = 1 }
        #expect(await host.exitCode() == .success)
        #expect(host.network.withCA { $0.certificateCount } == 1)
        #expect(host.network.withCA { $0.orderCount } <= 2)
    }

    @Test func `a short rate limit is waited for`() async throws {
        let host = try TestHost()
        host.misbehave { behaviour in
            behaviour.tamper = { [asked = Counter()] resource, response in
                guard resource == .newOrder, asked.next() == 1 else { return .success(response) }
                var refusal = FakeCA.problem("rateLimited", "slow down", status: 429)
                refusal.headers = ["retry-after": "3", "replay-nonce": "none-that-is-known"]
                return .success(refusal)
            }
        }
        let start = host.clock.now
        #expect(await host.exitCode() == .success)
        #expect(host.clock.now.timeIntervalSince(start) >= 3)
    }
}
