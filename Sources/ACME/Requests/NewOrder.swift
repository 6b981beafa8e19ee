import HTTP

/// Asks for a certificate for a set of names.
///
/// Source: RFC 8555 §7.4.
package struct NewOrder: Equatable, Sendable {
    package let names: [DomainName]

    /// Asks for one certificate that is for all of `names`.
    package init(names: [DomainName]) {
        self.names = names
    }

    /// The request, to be signed by the account.
    package func post(to directory: Directory) -> SignedPost {
        let wire = Wire(identifiers: names.map(Identifier.dns))
        return SignedPost(to: directory.newOrder, payload: Payload.json(wire))
    }

    private struct Wire: Encodable {
        var identifiers: [Identifier]
    }
}
