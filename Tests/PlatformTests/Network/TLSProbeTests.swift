import Diagnostics
import FoundationEssentials
import Glibc
import PKI
import TestSupport
import Testing

@testable import Platform

/// Which certificate a server presents, by a real handshake where there is one to be made.
@Suite struct TLSProbeTests {
    private let listener = SocketListener()
    private let probe = TLSProbe()

    private func address(_ port: UInt16) throws -> SocketAddress {
        try #require(SocketAddress("127.0.0.1", port: port))
    }

    private func listen() throws -> ListeningSocket {
        try #require(try listener.listen(at: Endpoint(address: "127.0.0.1", port: 0)).first)
    }

    /// A port that nobody listens on.
    private func freePort() throws -> UInt16 { try listen().port }

    @Test func `a port that nobody listens on refuses`() async throws {
        let address = try address(freePort())
        await #expect(throws: TLSProbeFailure.refused) {
            try await probe.presentedChain(for: "example.com", at: address)
        }
    }

    @Test func `a server that accepts and says nothing is given up on`() async throws {
        let socket = try listen()
        let impatient = TLSProbe(timeLimit: .milliseconds(200))
        let address = try address(socket.port)
        await #expect(throws: TLSProbeFailure.stalled(seconds: 1)) {
            try await impatient.presentedChain(for: "example.com", at: address)
        }
        withExtendedLifetime(socket) {}
    }

    @Test func `a server that speaks plain text has no handshake to offer`() async throws {
        let socket = try listen()
        let server = try WorkerThread {
            // The backlog holds the connection until it is accepted.
            while true {
                guard case .connection(let newcomer) = socket.accept() else { continue }
                let descriptor = newcomer.take()
                let text = Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)
                _ = unsafe Glibc.write(descriptor.raw, text, text.count)
                return
            }
        }
        let address = try address(socket.port)
        let error = await #expect(throws: TLSProbeFailure.self) {
            try await probe.presentedChain(for: "example.com", at: address)
        }
        server.join()
        guard case .noHandshake = error else {
            Issue.record("it is \(String(describing: error))")
            return
        }
    }

    @Test(arguments: ["", "a@127.0.0.1", "a/b", "a b", "a:1", "a\u{0}b", "ä.example"])
    func `what is no host name is never put into a URL`(host: String) async throws {
        let address = try address(1)
        await #expect(throws: TLSProbeFailure.broken("it is no host name")) {
            try await probe.presentedChain(for: host, at: address)
        }
    }

    @Test func `only what no other name would find there either is of the address`() {
        let ofAddress: [TLSProbeFailure] = [
            .refused, .noRoute, .timedOut(seconds: 5), .stalled(seconds: 5),
        ]
        let ofName: [TLSProbeFailure] = [.noHandshake("x"), .broken("x")]
        #expect(ofAddress.allSatisfy { $0.isOfAddress })
        #expect(!ofName.contains { $0.isOfAddress })
    }

    @Test func `a wildcard is probed with a made-up label, other names as they are`() {
        #expect(ProbedHost.of("*.example.com") == "certctl-probe.example.com")
        #expect(ProbedHost.of("www.example.com") == "www.example.com")
        #expect(ProbedHost.of("2001:db8::1") == "2001:db8::1")
    }

    @Test func `the chain comes as it is presented, for the name that is asked for`() async throws {
        let server = try TLSServer(port: freePort())
        let address = try address(server.port)
        async let ending = server.run(connections: 2)
        let chain = try await server.whenUp {
            try await probe.presentedChain(for: "www.example.com", at: address)
        }
        let der = try chain.flatMap { try PEM.blocks(in: $0).map(\.content) }
        #expect(der == server.named)
        let alone = try await probe.presentedChain(for: "127.0.0.1", at: address)
        let unnamed = try alone.flatMap { try PEM.blocks(in: $0).map(\.content) }
        #expect(unnamed == server.unnamed)
        let result = try await ending
        #expect(result.ending == .exited(0))
    }
}

/// `openssl s_server` with a chain for `www.example.com`, and one for whoever names nobody.
private struct TLSServer {
    let port: UInt16
    let named: [[UInt8]]
    let unnamed: [[UInt8]]
    private let folder: TemporaryDirectory

    init(port: UInt16) throws {
        self.port = port
        folder = try TemporaryDirectory()
        let authority = try TestCertificateAuthority.make().intermediate()
        named = [try Self.leaf("www.example.com", authority, "named", in: folder)]
        unnamed = [try Self.leaf("other.example", authority, "unnamed", in: folder), authority.der]
        try POSIXFileSystem().writeNewFile(
            folder("chain"),
            PEM.encode(authority.der, label: "CERTIFICATE"),
            .privateFile
        )
    }

    /// Writes a key and a certificate, in this order, to a file.
    private static func leaf(
        _ name: String,
        _ authority: TestCertificateAuthority,
        _ file: String,
        in folder: TemporaryDirectory
    ) throws -> [UInt8] {
        let key = try PrivateKey.make(.p256)
        let start = Date(timeIntervalSince1970: 1_600_000_000)
        let leaf = try authority.issue(
            publicKey: key.publicKey,
            dnsNames: [name],
            notBefore: start,
            notAfter: start + 86_400
        )
        let pem = try key.pem().reveal { $0 } + PEM.encode(leaf, label: "CERTIFICATE")
        try POSIXFileSystem().writeNewFile(folder(file), pem, .privateFile)
        return leaf
    }

    func run(connections: Int) async throws -> ChildResult {
        try await SpawnProcessRunner().run(
            ChildCommand(
                executable: "/usr/bin/openssl",
                arguments: [
                    "s_server", "-quiet", "-www", "-accept", "127.0.0.1:\(port)",
                    "-naccept", "\(connections)", "-cert", folder("unnamed"),
                    "-key", folder("unnamed"), "-cert_chain", folder("chain"),
                    "-servername", "www.example.com", "-cert2", folder("named"),
                    "-key2", folder("named"),
                ],
                environment: [:],
                workingDirectory: "/",
                timeLimit: .seconds(20),
                outputLimit: 1000
            )
        )
    }

    /// Tries until the server accepts.
    func whenUp<Value>(_ body: () async throws -> Value) async throws -> Value {
        for _ in 0..<200 {
            do {
                return try await body()
            } catch TLSProbeFailure.refused {
                try await Task.sleep(for: .milliseconds(25))
            }
        }
        return try await body()
    }
}
