package import HTTP

/// An account as the CA knows it.
///
/// Source: RFC 8555 §7.1.2 and §7.3.
package struct Account: Equatable, Sendable {
    /// Its name in every later request.
    package let url: WebURL
    /// Whether the CA made it just now; `false` for one that it found by the key.
    package let isNew: Bool
    /// `valid`, or else a text of the CA's: `deactivated`, `revoked`.
    package let status: String
    /// Where the CA would write to, as URLs; the CA's texts, not harmless.
    package let contacts: [String]

    /// Whether requests can be signed in its name.
    package var isUsable: Bool { status == "valid" }

    /// Reads the answer to newAccount.
    ///
    /// - Throws: ``ACMEError/accountNotUsable(status:)`` for one that was deactivated or revoked;
    ///   other cases of ``ACMEError`` for an answer that cannot be read.
    package init(_ response: HTTPResponse, origin: WebURL.Origin) throws(ACMEError) {
        let location = response.headers["location"]
        try self.init(
            response,
            at: origin.url(location, field: "Location of the account")
        )
        guard isUsable else { throw .accountNotUsable(status: status) }
    }

    /// Reads the answer to a request to the account's own URL, whatever state it is in.
    package init(_ response: HTTPResponse, at url: WebURL) throws(ACMEError) {
        let wire = try response.decoded(as: Wire.self, "an account")
        self.url = url
        isNew = response.status == 201
        status = wire.status ?? "valid"
        contacts = wire.contact?.value ?? []
    }

    private struct Wire: Decodable {
        var status: String?
        var contact: Lenient<[String]>?
    }
}
