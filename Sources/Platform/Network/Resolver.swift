/// Finds the addresses of a name.
package protocol Resolver: Sendable {
    /// Returns all addresses of `name`, IPv4 and IPv6, each once and with `port`; one at least.
    ///
    /// An address in numbers is its own.
    ///
    /// - Throws: `ResolverFailure` when there is none.
    func addresses(
        of name: String,
        port: UInt16
    ) async throws(ResolverFailure) -> [SocketAddress]
}

/// Why a name led to no address.
package enum ResolverFailure: Error, Equatable, Sendable {
    /// There is no such name, or it has no address.
    case notFound
    /// Nobody who knows could be asked.
    case unavailable(String)
    case timedOut(seconds: Int)

    /// The failure in words that follow the name.
    package var reason: String {
        switch self {
        case .notFound: "no such name, or none with an address"
        case .unavailable(let text): "it cannot be looked up: \(text)"
        case .timedOut(let seconds): "it could not be looked up within \(seconds) s"
        }
    }
}
