import ACME
import Diagnostics
import FoundationEssentials
import HTTP
import Platform
import TestSupport
import Testing

@testable import ACMEClient

/// RFC 8555 §7.1.1 and corner case 19: the directory, read anew in every run.
@Suite struct ACMEClientTests {
    private let clock = ManualClock()
    private static let directory = FakeCA.json(
        #"{"newNonce":"https://ca.test/n","newAccount":"https://ca.test/a","newOrder":"https://ca.test/o"}"#
    )

    private func read(_ script: @escaping ScriptedTransport.Script) async throws -> Directory {
        let client = ACMEClient(
            transport: ScriptedTransport(script),
            clock: clock,
            log: .silent
        )
        return try await client.directory(at: #require(WebURL("https://ca.test/directory")))
            .directory
    }

    private static func redirect(to target: String) -> HTTPResponse {
        HTTPResponse(status: 302, headers: ["location": target])
    }

    @Test func `a redirect is followed and its target is the CA from then on`() async throws {
        let directory = try await read { request, number in
            number == 0
                ? .success(Self.redirect(to: "https://ca.test/v2")) : .success(Self.directory)
        }
        #expect(directory.newOrder.description == "https://ca.test/o")
    }

    @Test func `a circle of redirects ends`() async {
        await #expect(
            throws: ACMEError.unreadableAnswer(
                "a directory",
                excerpt: "a redirect after every redirect"
            )
        ) { try await read { request, _ in .success(Self.redirect(to: "\(request.url)")) } }
    }

    @Test(arguments: ["http://ca.test/d", "file:///etc/passwd", "//ca.test", "https://u@ca.test/"])
    func `a redirect to anything but https is refused`(_ target: String) async {
        await #expect(
            throws: ACMEError.foreignURL(field: "Location of the directory", value: target)
        ) { try await read { _, _ in .success(Self.redirect(to: target)) } }
    }

    @Test func `a CA that is down for a moment is asked again`() async throws {
        let start = clock.now
        _ = try await read { _, number in
            number < 3 ? .failure(.notConnected("refused")) : .success(Self.directory)
        }
        #expect(clock.now.timeIntervalSince(start) == 7)
    }

    @Test func `a CA that is not trusted is not asked again`() async throws {
        let asked = Counter()
        await #expect(throws: ACMEError.self) {
            try await read { _, _ in
                _ = asked.next()
                return .failure(.notTrusted(.issuer, "self-signed"))
            }
        }
        #expect(asked.next() == 2)
    }
}
