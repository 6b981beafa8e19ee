import HTTP

/// Makes an account, or finds one by its key.
///
/// Source: RFC 8555 §7.3 and §7.3.1.
package struct NewAccount: Equatable, Sendable {
    /// What the CA is to do about a key that it does not know.
    package enum Purpose: Equatable, Sendable {
        /// Only find the account of this key.
        case find
        /// Make an account; the terms of service have been agreed to.
        case register(email: String?)
    }

    package let purpose: Purpose

    /// Prepares the request for `purpose`.
    package init(_ purpose: Purpose) {
        self.purpose = purpose
    }

    /// The request, to be signed with the account key by `jwk`.
    package func post(to directory: Directory) -> SignedPost {
        let wire =
            switch purpose {
            case .find:
                Wire(onlyReturnExisting: true)
            case .register(let email):
                Wire(contact: email.map { ["mailto:\($0)"] }, termsOfServiceAgreed: true)
            }
        return SignedPost(to: directory.newAccount, payload: Payload.json(wire))
    }

    private struct Wire: Encodable {
        var contact: [String]?
        var onlyReturnExisting: Bool?
        var termsOfServiceAgreed: Bool?
    }
}
