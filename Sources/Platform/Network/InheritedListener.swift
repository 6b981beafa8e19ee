/// Listens on sockets that another process has bound for this one; binds itself what it was not
/// given.
package struct InheritedListener: Listener {
    private let sockets: [ListeningSocket]
    private let other: any Listener

    /// Takes sockets over, which stay open for as long as this lives; all others come from `other`.
    package init(_ sockets: [ListeningSocket], or other: any Listener) {
        self.sockets = sockets
        self.other = other
    }

    package func listen(at endpoint: Endpoint) throws(ListenError) -> [ListeningSocket] {
        let fitting = sockets.filter { socket in
            socket.address.map(endpoint.isFulfilled) ?? false
        }
        return fitting.isEmpty ? try other.listen(at: endpoint) : fitting
    }

    package func holders(ofPort port: UInt16) -> [PortHolder] { other.holders(ofPort: port) }
}

extension Endpoint {
    /// Whether a socket that is bound to `bound` listens there.
    fileprivate func isFulfilled(by bound: SocketAddress) -> Bool {
        let wanted =
            address.map { [SocketAddress($0, port: port)] }
            ?? [.anyIPv4(port: port), .anyIPv6(port: port)]
        return wanted.contains(bound)
    }
}
