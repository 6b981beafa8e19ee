/// Why no answer came back.
///
/// The text in a case is the transport's own explanation.
package enum TransportFailure: Error, Equatable, Sendable {
    /// The host's name has no address.
    case hostNotFound(String)
    /// No connection, or one that broke: refused, reset, unreachable, closed half-way.
    case notConnected(String)
    /// Nothing came within the time that was allowed.
    case timedOut(String)
    /// The server's certificate is not trusted, or no TLS could be spoken.
    case notTrusted(Distrust, String)
    /// The address is private or of this machine, which a public CA never is.
    case privateAddress(String)
    /// The answer is longer than the caller can use.
    case tooLarge(limit: Int)
    /// The answer is no HTTP, or the transport itself failed.
    case broken(String)
    /// The Unix socket of a program on this machine takes no connection.
    case socket(SocketFault, String)

    /// Why a Unix socket takes no connection.
    ///
    /// Source: connect(2).
    package enum SocketFault: Equatable, Sendable {
        /// Nothing is there (ENOENT, ENOTDIR).
        case missing
        /// Nobody listens: the program has ended, or it is no socket (ECONNREFUSED).
        case stale
        /// This user may not use it (EACCES, EPERM).
        case forbidden
        /// Anything else that the kernel says.
        case other
    }

    /// Why a server is not trusted.
    package enum Distrust: Equatable, Sendable {
        /// Nobody that we trust has issued its certificate.
        case issuer
        /// The certificate is for another host.
        case host
        /// The certificate has expired, or is not valid yet.
        case dates
        /// The file of roots to trust cannot be read.
        case roots
        /// Anything else about TLS.
        case other
    }

    /// Whether asking again in a moment may help.
    package var isTemporary: Bool {
        switch self {
        case .notConnected, .timedOut, .broken: true
        case .hostNotFound, .notTrusted, .privateAddress, .tooLarge, .socket: false
        }
    }
}
