import ACME
import Diagnostics
import FoundationEssentials
import HTTP
import PKI
import Platform
import Synchronization
import TestSupport
import Testing

@testable import ACMEClient

/// RFC 8555 §6.5: every request has a nonce of its own; design §5: speed is round trips.
@Suite struct SessionTests {
    /// A CA that answers each request with its own path and a nonce.
    private static let echo: ScriptedTransport.Script = { request, number in
        .success(
            HTTPResponse(
                status: 200,
                headers: ["replay-nonce": "nonce-\(number)"],
                body: Array(request.url.description.utf8)
            )
        )
    }

    private func session(_ transport: ScriptedTransport) throws -> Session {
        let url = try #require(WebURL("https://ca.test/directory"))
        let body =
            #"{"newNonce":"https://ca.test/n","newAccount":"https://ca.test/a","newOrder":"https://ca.test/o"}"#
        let session = Session(
            ACMEClient(transport: transport, clock: ManualClock(), log: .silent),
            directory: try Directory(FakeCA.json(body), at: url),
            key: try PrivateKey.make(.p256)
        )
        session.use(try #require(WebURL("https://ca.test/account/1")))
        return session
    }

    private func posts(_ count: Int) throws -> [SignedPost] {
        try (0..<count).map { .get(try #require(WebURL("https://ca.test/item/\($0)"))) }
    }

    private static func nonce(of request: HTTPRequest) throws -> String {
        struct Envelope: Decodable { var protected: String }
        struct Header: Decodable { var nonce: String }
        let decoder = JSONDecoder()
        let text = try decoder.decode(Envelope.self, from: Data(request.body)).protected
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - base64.count % 4) % 4)
        let data = try #require(Data(base64Encoded: base64 + padding))
        return try decoder.decode(Header.self, from: data).nonce
    }

    @Test func `answers come back in the order of their requests`() async throws {
        let responses = try await session(ScriptedTransport(Self.echo)).postAll(posts(40))
        let bodies = responses.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(bodies == (0..<40).map { "https://ca.test/item/\($0)" })
    }

    @Test func `no nonce is used twice, however many requests run side by side`() async throws {
        let transport = ScriptedTransport(Self.echo)
        _ = try await session(transport).postAll(posts(100))
        let nonces = try transport.requests.filter { $0.method == .post }.map(Self.nonce)
        #expect(nonces.count == 100)
        #expect(Set(nonces).count == 100)
    }

    @Test func `a hundred requests need no more extra nonces than there are lanes`() async throws {
        let transport = ScriptedTransport(Self.echo)
        _ = try await session(transport).postAll(posts(100))
        #expect(transport.requests.filter { $0.method == .head }.count <= 8)
    }

    @Test func `a nonce that came with an answer saves asking for one`() async throws {
        let transport = ScriptedTransport(Self.echo)
        let session = try session(transport)
        for post in try posts(5) {
            _ = try await session.post(post)
        }
        #expect(transport.requests.filter { $0.method == .head }.count == 1)
    }

    @Test func `a nonce fetched ahead is one that a later request does not wait for`() async throws
    {
        let transport = ScriptedTransport(Self.echo)
        let session = try session(transport)
        await session.prefetchNonces(for: 4)
        #expect(session.nonces.withLock { $0.count } == 3)
    }
}
