package import HTTP
package import PKI

/// The signed part of a request that says who signs what for which URL.
///
/// Source: RFC 8555 §6.2.
package struct ProtectedHeader: Equatable, Sendable {
    /// How the signer is named.
    package enum Signer: Equatable, Sendable {
        /// By the key itself: only for newAccount, and for a revocation by the certificate's key.
        case jwk(JSONWebKey)
        /// By the account's URL.
        case kid(WebURL)
    }

    package let signer: Signer
    package let nonce: Nonce
    /// Exactly the URL that the request goes to.
    package let url: WebURL

    /// The header as JSON, for a key of type `keyType`.
    package func json(for keyType: KeyType) -> String {
        let identity =
            switch signer {
            case .jwk(let key): #""jwk":\#(key.json)"#
            case .kid(let account): #""kid":"\#(account)""#
            }
        // Neither a WebURL nor a Nonce can hold a character that JSON would have to escape.
        return
            #"{"alg":"\#(keyType.joseAlgorithm)",\#(identity),"nonce":"\#(nonce)","url":"\#(url)"}"#
    }
}

extension KeyType {
    /// The name of the signature algorithm.
    ///
    /// Source: RFC 7518 §3.1.
    var joseAlgorithm: String {
        switch self {
        case .p256: "ES256"
        case .p384: "ES384"
        case .rsa2048, .rsa3072, .rsa4096: "RS256"
        }
    }
}
