import Testing

@testable import Platform

/// Names to addresses, by the C library.
@Suite struct SystemResolverTests {
    private let resolver = SystemResolver()

    @Test(arguments: ["192.0.2.1", "2001:db8::1"])
    func `an address in numbers is its own`(text: String) async throws {
        let found = try await resolver.addresses(of: text, port: 443)
        #expect(found == [try #require(SocketAddress(text, port: 443))])
    }

    @Test func `the hosts file is asked, and each address comes once`() async throws {
        let found = try await resolver.addresses(of: "localhost", port: 8443)
        #expect(found.allSatisfy { ["127.0.0.1", "::1"].contains($0.host) && $0.port == 8443 })
        #expect(Set(found).count == found.count)
    }

    @Test func `a name that cannot be is not found`() async {
        await #expect(throws: ResolverFailure.notFound) {
            try await resolver.addresses(of: "no such host", port: 443)
        }
    }

    /// RFC 6761 §6.4: `.invalid` names nothing; a limit of nothing is over before that is known.
    @Test func `a look-up that takes too long is given up on`() async {
        let impatient = SystemResolver(timeLimit: .zero)
        await #expect(throws: ResolverFailure.self) {
            try await impatient.addresses(of: "host.invalid", port: 443)
        }
    }
}
