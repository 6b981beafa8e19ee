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
    /// Whether the client sends something behind the head, which nobody will read.
    var hasBody = false
}

// What a redirect is made of.
extension ChallengeRequest {
    /// A longer target is not sent anywhere: CAs follow no redirect to a path of more than 2,000
    /// bytes, and what is sent back to a stranger has a bound.
    private static let longestTarget = 2000

    /// The host's name: in lower case, without port and without a dot at the end.
    ///
    /// Nothing but a text to compare with those of our names: whoever asked may have sent anything.
    var hostName: String? {
        guard let name = host?.prefix(while: { $0 != ":" }), !name.isEmpty else { return nil }
        return (name.last == "." ? name.dropLast() : name).lowercased()
    }

    /// The path with its query, where it can be asked for again by https; `nil` for a challenge's.
    var redirectable: String? {
        guard path.hasPrefix("/"), path.utf8.count <= Self.longestTarget,
            !path.hasPrefix("/.well-known/acme-challenge")
        else { return nil }
        return path
    }
}
