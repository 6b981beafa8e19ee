/// Which `listen … ssl` a server needs to be reached by https wherever it is by http.
///
/// Only `default_server` is taken over, and where no server is that yet. Options of the socket
/// (`reuseport`, `ipv6only`, `backlog` …) never are: said twice for one socket they are fatal.
struct TLSListens {
    private let port: Int
    private let configuration: Configuration

    init(port: Int, in configuration: Configuration) {
        self.port = port
        self.configuration = configuration
    }

    /// The arguments of each that the server does not have.
    func needed(by server: Server) -> [[String]] {
        var seen: Set<Listen.Address> = []
        return server.listens.compactMap { listen in
            guard !isThere(listen.address, in: server), seen.insert(listen.address).inserted else {
                return nil
            }
            return arguments(for: listen)
        }
    }

    /// The arguments of the one that takes the place of a plain `listen`; `nil` for Unix sockets.
    func arguments(for listen: Listen) -> [String]? {
        let target: String
        switch listen.address {
        case .anyIPv4: target = "\(port)"
        case .anyIPv6: target = "[::]:\(port)"
        case .specific(let text): target = "\(text):\(port)"
        case .unix: return nil
        }
        let hasDefault = configuration.sockets.contains {
            $0.address == listen.address && $0.port == port && $0.explicitDefault != nil
        }
        return [target, "ssl"] + (listen.isDefaultServer && !hasDefault ? ["default_server"] : [])
    }

    /// Whether the server listens on that address and port already.
    func isThere(_ address: Listen.Address, in server: Server) -> Bool {
        server.listens.contains { $0.address == address && $0.ports.contains(port) }
    }
}
