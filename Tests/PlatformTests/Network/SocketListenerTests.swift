import Platform
import Testing

/// Case R18 of the reliability catalogue: who cannot listen is told why.
@Suite struct SocketListenerTests {
    private let listener = SocketListener()

    @Test func `a port that is taken is told`() throws {
        let endpoint = Endpoint(address: "127.0.0.1", port: 0)
        let sockets = try listener.listen(at: endpoint)
        let port = try #require(sockets.first?.port)
        #expect(throws: ListenError.portTaken(port)) {
            _ = try listener.listen(at: Endpoint(address: "127.0.0.1", port: port))
        }
        withExtendedLifetime(sockets) {}
    }

    @Test func `on all addresses every family has the same port`() throws {
        let sockets = try listener.listen(at: Endpoint(port: 0))
        #expect(!sockets.isEmpty)
        #expect(Set(sockets.map(\.port)).count == 1)
    }

    @Test(arguments: ["localhost", "", "192.0.2.1"])
    func `an address that is not this host's, or is no number, is told`(address: String) {
        #expect(throws: ListenError.addressNotAvailable(address)) {
            _ = try listener.listen(at: Endpoint(address: address, port: 0))
        }
    }
}
