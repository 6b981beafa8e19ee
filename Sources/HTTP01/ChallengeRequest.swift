/// A request, as far as answering challenges takes notice of it.
///
/// Everything in it comes from a stranger; none of it is ever sent back.
struct ChallengeRequest: Equatable {
    /// The methods that are told apart.
    enum Method: Equatable {
        /// The head and the body are asked for.
        case get
        /// The head alone is asked for.
        case head
        /// Any other; there is nothing to do for it.
        case other
    }

    /// What is to be done.
    var method: Method
    /// The path and whatever follows it, as sent, in ASCII: nothing is decoded.
    var path: String
    /// The host that was asked for, as sent; HTTP/1.0 can do without.
    var host: String?
    /// Whether the client may send another request on this connection.
    var keepAlive: Bool
}
