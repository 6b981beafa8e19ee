package import HTTP
package import PKI

/// Puts a new key in the place of an account's key.
///
/// Source: RFC 8555 §7.3.5.
package struct KeyChange: Sendable {
    private let account: WebURL
    private let oldKey: PrivateKey
    private let newKey: PrivateKey

    /// Prepares the exchange of `oldKey` for `newKey`.
    package init(account: WebURL, from oldKey: PrivateKey, to newKey: PrivateKey) {
        self.account = account
        self.oldKey = oldKey
        self.newKey = newKey
    }

    /// The request, to be signed by the account with the old key.
    ///
    /// The payload is signed with the new one, by `jwk` and without a nonce.
    ///
    /// - Throws: ``PKIError`` when OpenSSL cannot sign.
    package func post(to url: WebURL) throws(PKIError) -> SignedPost {
        let payload = #"{"account":"\#(account)","oldKey":\#(JSONWebKey(of: oldKey).json)}"#
        let header =
            #"{"alg":"\#(newKey.type.joseAlgorithm)","jwk":\#(JSONWebKey(of: newKey).json),"#
            + #""url":"\#(url)"}"#
        let inner = try JSONWebSignature(
            headerJSON: header,
            payload: Array(payload.utf8),
            key: newKey
        )
        return SignedPost(to: url, payload: inner.body)
    }
}
