import Diagnostics
import FoundationEssentials
import PKI
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Deployment

/// Only what a handshake shows counts as served.
@Suite struct ServedProofTests {
    /// Presents what it is told to, for each address one after the other; the last one again and again.
    private final class Server: TLSProbing {
        typealias Answer = Result<[[UInt8]], TLSProbeFailure>

        private let answers: Mutex<[SocketAddress: [Answer]]>
        private let hosts = Mutex<[String]>([])

        init(_ answers: [SocketAddress: [Answer]]) {
            self.answers = Mutex(answers)
        }

        var asked: [String] { hosts.withLock { $0 } }

        func presentedChain(
            for host: String,
            at address: SocketAddress
        ) async throws(TLSProbeFailure) -> [[UInt8]] {
            hosts.withLock { $0.append(host) }
            let answer = answers.withLock { answers -> Answer in
                guard let first = answers[address]?.first else { return .failure(.refused) }
                if answers[address]?.count ?? 0 > 1 { answers[address]?.removeFirst() }
                return first
            }
            return try answer.get()
        }
    }

    private let old: [UInt8]
    private let new: [UInt8]
    private let clock = ManualClock()
    private let four: SocketAddress
    private let six: SocketAddress

    init() throws {
        let authority = try TestCertificateAuthority.make(name: "Proof CA")
        let key = try PrivateKey.make(.p256)
        let now = clock.now
        func certificate() throws -> [UInt8] {
            try authority.issue(
                CertificateTemplate(
                    publicKey: key.publicKey.subjectPublicKeyInfo,
                    dnsNames: ["a.test"],
                    notBefore: now,
                    notAfter: now.addingTimeInterval(86_400)
                )
            )
        }
        old = try certificate()
        new = try certificate()
        four = try #require(SocketAddress("127.0.0.1", port: 443))
        six = try #require(SocketAddress("::1", port: 443))
    }

    private func pem(_ der: [UInt8]) -> Server.Answer {
        .success([PEM.encode(der, label: "CERTIFICATE")])
    }

    private func prove(
        _ answers: [SocketAddress: [Server.Answer]],
        waits: Bool = true
    ) async throws(ServedFault) {
        try await ServedProof(probe: Server(answers), clock: clock).prove(
            [.init(host: "a.test", leaf: new)],
            at: answers.keys.sorted { !$0.isIPv6 && $1.isIPv6 },
            waits: waits
        )
    }

    @Test func `it waits until the new certificate is there`() async throws {
        try await prove([four: [pem(old), pem(old), .failure(.refused), pem(new)]])
    }

    @Test func `it does not wait for ever, and tells what is served`() async throws {
        let fault = await #expect(throws: ServedFault.self) { try await prove([four: [pem(old)]]) }
        let serial = try Certificate(der: old).serialText
        #expect(fault?.diagnosis.why.contains(serial) == true)
        #expect(fault?.diagnosis.why.contains("a.test at 127.0.0.1:443") == true)
    }

    @Test func `without waiting one look counts`() async {
        await #expect(throws: ServedFault.self) {
            try await prove([four: [pem(old), pem(new)]], waits: false)
        }
    }

    @Test func `every address has to serve it`() async {
        await #expect(throws: ServedFault.self) {
            try await prove([four: [pem(new)], six: [pem(old)]])
        }
        await #expect(throws: ServedFault.self) {
            try await prove([four: [pem(new)], six: [.failure(.refused)]])
        }
    }

    @Test func `an address of IPv6 that this machine has no way to is excused, but not alone`()
        async throws
    {
        try await prove([four: [pem(new)], six: [.failure(.noRoute)]])
        await #expect(throws: ServedFault.self) { try await prove([six: [.failure(.noRoute)]]) }
        await #expect(throws: ServedFault.self) {
            try await prove([four: [.failure(.noRoute)], six: [pem(new)]])
        }
    }

    @Test func `where nothing listens nothing is proven`() async {
        await #expect(throws: ServedFault.self) { try await prove([:]) }
    }
}
