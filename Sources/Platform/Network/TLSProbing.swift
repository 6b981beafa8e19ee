/// Finds out which certificate a server presents.
package protocol TLSProbing: Sendable {
    /// Makes a TLS handshake with a server and ends it.
    ///
    /// Nothing of what is presented is verified: the caller compares it with what it should be.
    ///
    /// - Parameters:
    ///   - host: The name that is asked for (SNI), or an IP address, which is not sent.
    ///   - address: Where the server is, whatever the name's own addresses are.
    /// - Returns: The certificates in the order they came in, each as PEM; the leaf is first.
    /// - Throws: `TLSProbeFailure` when no certificate was presented.
    func presentedChain(
        for host: String,
        at address: SocketAddress
    ) async throws(TLSProbeFailure) -> [[UInt8]]
}

/// Why a server has presented no certificate.
///
/// The text in a case is libcurl's own explanation.
package enum TLSProbeFailure: Error, Equatable, Sendable {
    /// Nobody listens there.
    case refused
    /// There is no way from here to that address.
    case noRoute
    /// No connection came about in time.
    case timedOut(seconds: Int)
    /// Whoever accepted the connection did not finish the handshake in time.
    case stalled(seconds: Int)
    /// Whoever accepted the connection speaks no TLS, or refuses the handshake.
    case noHandshake(String)
    /// The probe itself failed.
    case broken(String)

    /// Whether it is the address's matter and not the name's, and will be the same for another name: it
    /// gave no sign of life, or none after the first.
    package var isOfAddress: Bool {
        switch self {
        case .refused, .noRoute, .timedOut, .stalled: true
        case .noHandshake, .broken: false
        }
    }

    /// The failure in words that follow the server's name.
    package var reason: String {
        switch self {
        case .refused: "connection refused"
        case .noRoute: "no route to it from this host"
        case .timedOut(let seconds): "no answer within \(seconds) s"
        case .stalled(let seconds): "no TLS handshake within \(seconds) s"
        case .noHandshake(let text): "no TLS handshake: \(text)"
        case .broken(let text): text
        }
    }
}

/// What a name of a certificate is probed as.
package enum ProbedHost {
    private static let label = "certctl-probe"

    /// The name itself; for a wildcard one with a label that nobody is likely to have.
    package static func of(_ name: String) -> String {
        name.hasPrefix("*.") ? label + name.dropFirst() : name
    }
}
