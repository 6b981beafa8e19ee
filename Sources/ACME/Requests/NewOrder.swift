import HTTP

/// Asks for a certificate for a set of names.
///
/// Source: RFC 8555 §7.4; RFC 9773 §5 (`replaces`); draft-ietf-acme-profiles (`profile`).
package struct NewOrder: Equatable, Sendable {
    package let names: [Identifier]
    /// One of the CA's profiles.
    package var profile: String?
    /// The certificate that the new one takes the place of.
    package var replaces: CertificateIdentifier?

    /// Asks for one certificate that is for all of `names`.
    package init(names: [Identifier]) {
        self.names = names
    }

    /// The request, to be signed by the account.
    package func post(to directory: Directory) -> SignedPost {
        let wire = Wire(
            identifiers: names,
            profile: profile,
            replaces: replaces?.description
        )
        var post = SignedPost(to: directory.newOrder, payload: Payload.json(wire))
        // A CA that stumbles over the predecessor does so each time: Pebble for one serial in 256.
        post.judgesServerErrors = replaces != nil
        return post
    }

    private struct Wire: Encodable {
        var identifiers: [Identifier]
        var profile: String?
        var replaces: String?
    }
}
