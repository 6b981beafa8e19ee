/// What is the same for all requests of a transport.
struct CurlSettings: Sendable {
    /// Who is spoken to.
    enum Peer {
        /// Any server, by https; trusted by the roots in that file, or by the system's.
        case servers(roots: String?)
        /// Whoever listens at the Unix socket of that path, by http.
        case socket(String)
    }

    let peer: Peer
    let userAgent: String

    /// Whether it is a socket that is spoken to.
    var isSocket: Bool {
        if case .socket = peer { true } else { false }
    }

    /// How many connections there may be to one server at a time.
    var connections: Int {
        switch peer {
        case .servers: 1
        // An answer that lasts must not hold up the others.
        case .socket: 8
        }
    }
}
