package import Diagnostics
import FoundationEssentials
import HTTP
package import PKI

/// The proof that a new account belongs to a customer whom the CA knows already.
///
/// Source: RFC 8555 §7.3.4.
package struct ExternalAccountBinding: Sendable {
    /// The name of the HMAC key, from the CA.
    package let keyIdentifier: String
    private let key: Secret<[UInt8]>
    private let algorithm: HMAC

    /// Takes the HMAC key as CAs hand it out, in base64url or base64.
    ///
    /// Returns `nil` when it is neither, or empty.
    package init?(keyIdentifier: String, key text: Secret<String>, algorithm: HMAC) {
        guard !keyIdentifier.isEmpty, let bytes = text.reveal(Base64URL.decode), !bytes.isEmpty
        else { return nil }
        self.keyIdentifier = keyIdentifier
        self.algorithm = algorithm
        key = Secret(bytes)
    }

    /// The inner signature over the account's public key, for a newAccount at `url`.
    func signature(of account: JSONWebKey, url: WebURL) throws(PKIError) -> JSONWebSignature {
        let header = Header(alg: algorithm.rawValue, kid: keyIdentifier, url: url.description)
        return try JSONWebSignature(
            header: Payload.json(header),
            payload: Array(account.json.utf8)
        ) { message throws(PKIError) in
            try key.reveal { key throws(PKIError) in try algorithm.code(of: message, key: key) }
        }
    }

    private struct Header: Encodable {
        var alg: String
        var kid: String
        var url: String
    }
}
