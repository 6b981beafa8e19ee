package import HTTP

/// Where a CA's resources are; read anew in every run, since CAs move them.
///
/// Source: RFC 8555 §7.1.1.
package struct Directory: Equatable, Sendable {
    /// What an answer is called that cannot be read as one.
    package static let subject = "a directory"

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
    /// The profiles on offer, with what the CA says of each; for people, not harmless.
    ///
    /// Source: draft-ietf-acme-profiles.
    package let profiles: [String: String]
    /// Where renewal information is; `nil` for a CA that has none, or none that can be asked for.
    ///
    /// Source: RFC 9773 §4.
    package let renewalInfo: WebURL?
    private let keyChangeText: String?
    private let revocationText: String?

    /// Reads the answer to a GET of `url`.
    ///
    /// - Throws: ``ACMEError``, also for a resource on another server than the directory's own.
    package init(_ response: HTTPResponse, at url: WebURL) throws(ACMEError) {
        let wire = try response.decoded(as: Wire.self, Self.subject)
        origin = url.origin
        newNonce = try origin.url(wire.newNonce, field: "newNonce")
        newAccount = try origin.url(wire.newAccount, field: "newAccount")
        newOrder = try origin.url(wire.newOrder, field: "newOrder")
        termsOfService = wire.meta?.termsOfService
        requiresExternalAccount = wire.meta?.externalAccountRequired ?? false
        profiles = wire.meta?.profiles?.value ?? [:]
        // Nothing depends on it: a URL that cannot be used is as good as none.
        renewalInfo = wire.renewalInfo.flatMap(WebURL.init).flatMap {
            $0.origin == url.origin ? $0 : nil
        }
        keyChangeText = wire.keyChange
        revocationText = wire.revokeCert
    }

    /// Where the key of an account is exchanged.
    ///
    /// Throws ``ACMEError/notOffered(_:)`` for a CA that cannot do that.
    package var keyChange: WebURL {
        get throws(ACMEError) { try optional(keyChangeText, field: "keyChange") }
    }

    /// Where certificates are revoked.
    ///
    /// Throws ``ACMEError/notOffered(_:)`` for a CA that cannot do that.
    package var revokeCert: WebURL {
        get throws(ACMEError) { try optional(revocationText, field: "revokeCert") }
    }

    private func optional(_ text: String?, field: String) throws(ACMEError) -> WebURL {
        guard let text else { throw .notOffered(field) }
        return try origin.url(text, field: field)
    }

    /// Refuses a profile that the CA does not offer, before an order is made for it.
    ///
    /// Throws ``ACMEError/profileNotOffered(_:offered:)``.
    package func check(profile: String?) throws(ACMEError) {
        guard let profile, profiles[profile] == nil else { return }
        throw .profileNotOffered(profile, offered: profiles.keys.sorted())
    }

    private struct Wire: Decodable {
        var newNonce: String
        var newAccount: String
        var newOrder: String
        var keyChange: String?
        var revokeCert: String?
        var renewalInfo: String?
        var meta: Meta?
    }

    private struct Meta: Decodable {
        var termsOfService: String?
        var externalAccountRequired: Bool?
        var profiles: Lenient<[String: String]>?
    }
}
