/// A challenge's token, checked: nothing else of what a CA sends ends up near a path or a header.
///
/// Source: RFC 8555 §8.3 (base64url alphabet, at least 128 bits). The upper bound is ours; no CA is
/// known to use more than 43 characters.
package struct Token: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// Takes `text` as a token; `nil` unless it is 22 to 128 characters of the alphabet.
    package init?(_ text: String) {
        guard Base64URL.isAlphabet(text), (22...128).contains(text.utf8.count) else { return nil }
        description = text
    }
}

/// What the responder has to answer for one token, and for which name.
///
/// Source: RFC 8555 §8.1 and §8.3.
package struct KeyAuthorization: Hashable, Sendable {
    /// The name that the CA validates: the `Host` it will ask.
    package let host: String
    package let token: Token
    /// The body of the answer: the token, a dot and the account key's thumbprint.
    package let content: String

    /// Combines a token with the thumbprint (base64url, RFC 7638) of the account key.
    package init(host: String, token: Token, thumbprint: String) {
        self.host = host
        self.token = token
        content = "\(token).\(thumbprint)"
    }

    /// The path that the CA asks for.
    package var path: String { "/.well-known/acme-challenge/\(token)" }
}
