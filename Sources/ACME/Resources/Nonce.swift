package import HTTP

/// A value that the CA accepts in one signed request.
///
/// Source: RFC 8555 §6.5.1: base64url, and anything else MUST be ignored.
package struct Nonce: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// Takes `text` as a nonce; `nil` unless it is 1 to 1024 characters of base64url.
    package init?(_ text: String) {
        guard Base64URL.isAlphabet(text), (1...1024).contains(text.utf8.count) else { return nil }
        description = text
    }
}

extension HTTPResponse {
    /// The nonce that came with the answer; errors carry one too.
    ///
    /// Source: RFC 8555 §6.5.1.
    package var replayNonce: Nonce? { headers["replay-nonce"].flatMap(Nonce.init) }
}
