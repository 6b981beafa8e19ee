import HTTP
package import PKI

/// Makes an account, or finds one by its key.
///
/// Source: RFC 8555 §7.3, §7.3.1 and §7.3.4.
package struct NewAccount: Sendable {
    /// What the CA is to do about a key that it does not know.
    package enum Purpose: Sendable {
        /// Only find the account of this key.
        case find
        /// Make an account; the terms of service have been agreed to.
        case register(email: String?, binding: ExternalAccountBinding?)
    }

    package let purpose: Purpose

    /// Prepares the request for `purpose`.
    package init(_ purpose: Purpose) {
        self.purpose = purpose
    }

    /// The request, to be signed with the account key, `key`, by `jwk`.
    ///
    /// - Throws: ``PKIError`` when OpenSSL cannot make the code of a binding.
    package func post(to directory: Directory, key: JSONWebKey) throws(PKIError) -> SignedPost {
        var wire = Wire()
        switch purpose {
        case .find:
            wire.onlyReturnExisting = true
        case .register(let email, let binding):
            wire.contact = email.map { [AccountUpdate.mailto($0)] }
            wire.termsOfServiceAgreed = true
            if let binding {
                wire.externalAccountBinding = try binding.signature(
                    of: key,
                    url: directory.newAccount
                )
            }
        }
        return SignedPost(to: directory.newAccount, payload: Payload.json(wire))
    }

    private struct Wire: Encodable {
        var contact: [String]?
        var externalAccountBinding: JSONWebSignature?
        var onlyReturnExisting: Bool?
        var termsOfServiceAgreed: Bool?
    }
}
