/// An address and port that servers share, and who answers there.
package struct Socket: Sendable {
    package let address: Listen.Address
    package let port: Int
    /// The numbers of the servers that listen there, in nginx's order.
    package fileprivate(set) var servers: [Int] = []
    /// Whether TLS is spoken: one server's word for it holds for all.
    package fileprivate(set) var isTLS = false
    /// The server that is said to be the default; else the first is.
    package fileprivate(set) var explicitDefault: Int?

    /// The server that answers for names that nobody lists.
    package var defaultServer: Int { explicitDefault ?? servers[0] }

    /// Ports that are looked at of one range; nobody serves more.
    private static let widest = 1024

    private struct Key: Hashable {
        let address: Listen.Address
        let port: Int
    }

    static func all(of servers: [Server], defaultTLS: Bool) -> [Socket] {
        var sockets: [Socket] = []
        var numbers: [Key: Int] = [:]
        for server in servers {
            let usesTLS = server.usesTLS ?? defaultTLS
            for listen in server.listens {
                for port in listen.ports.prefix(widest) {
                    let key = Key(address: listen.address, port: port)
                    let number = numbers[key] ?? sockets.count
                    if number == sockets.count {
                        sockets.append(Socket(address: listen.address, port: port))
                        numbers[key] = number
                    }
                    sockets[number].add(server.number, listen, usesTLS: usesTLS)
                }
            }
        }
        return sockets
    }

    private init(address: Listen.Address, port: Int) {
        self.address = address
        self.port = port
    }

    private mutating func add(_ server: Int, _ listen: Listen, usesTLS: Bool) {
        if servers.last != server { servers.append(server) }
        isTLS = isTLS || listen.isTLS || usesTLS
        if listen.isDefaultServer, explicitDefault == nil { explicitDefault = server }
    }
}

extension Socket: CustomStringConvertible {
    /// As `listen` has it.
    package var description: String {
        switch address {
        case .anyIPv4: "*:\(port)"
        case .anyIPv6: "[::]:\(port)"
        case .specific(let text): "\(text):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
