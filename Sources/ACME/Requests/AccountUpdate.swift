package import HTTP

/// Changes an account, or ends it.
///
/// Source: RFC 8555 §7.3.2 and §7.3.6.
package enum AccountUpdate: Equatable, Sendable {
    /// Puts this address in the place of all contacts; `nil` for none.
    case contact(email: String?)
    /// Ends the account for good.
    case deactivation

    /// The request, to be signed by the account.
    package func post(to account: WebURL) -> SignedPost {
        var wire = Wire()
        switch self {
        case .contact(let email): wire.contact = email.map { [Self.mailto($0)] } ?? []
        case .deactivation: wire.status = "deactivated"
        }
        return SignedPost(to: account, payload: Payload.json(wire))
    }

    /// An e-mail address as a contact.
    static func mailto(_ email: String) -> String { "mailto:\(email)" }

    private struct Wire: Encodable {
        var contact: [String]?
        var status: String?
    }
}
