package import HTTP

/// Where a CA's resources are; read anew in every run, since CAs move them.
///
/// Source: RFC 8555 §7.1.1.
package struct Directory: Equatable, Sendable {
    /// What every URL of this CA has in common.
    package let origin: WebURL.Origin
    package let newNonce: WebURL
    package let newAccount: WebURL
    package let newOrder: WebURL
    /// The terms that a new account has to agree to; for people to read, so any text may stand
    /// here.
    package let termsOfService: String?
    /// Whether a new account must be bound to one that exists with the CA already.
    package let requiresExternalAccount: Bool

    /// Reads the answer to a GET of `url`.
    ///
    /// - Throws: ``ACMEError``, also for a resource on another server than the directory's own.
    package init(_ response: HTTPResponse, at url: WebURL) throws(ACMEError) {
        let wire = try response.decoded(as: Wire.self, "a directory")
        origin = url.origin
        newNonce = try origin.url(wire.newNonce, field: "newNonce")
        newAccount = try origin.url(wire.newAccount, field: "newAccount")
        newOrder = try origin.url(wire.newOrder, field: "newOrder")
        termsOfService = wire.meta?.termsOfService
        requiresExternalAccount = wire.meta?.externalAccountRequired ?? false
    }

    private struct Wire: Decodable {
        var newNonce: String
        var newAccount: String
        var newOrder: String
        var meta: Meta?
    }

    private struct Meta: Decodable {
        var termsOfService: String?
        var externalAccountRequired: Bool?
    }
}
