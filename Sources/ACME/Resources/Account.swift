package import HTTP

/// An account as the CA knows it.
///
/// Source: RFC 8555 §7.1.2 and §7.3.
package struct Account: Equatable, Sendable {
    /// Its name in every later request.
    package let url: WebURL
    /// Whether the CA made it just now; `false` for one that it found by the key.
    package let isNew: Bool

    /// Reads the answer to newAccount.
    ///
    /// - Throws: ``ACMEError/accountNotUsable(status:)`` for one that was deactivated or revoked;
    ///   other cases of ``ACMEError`` for an answer that cannot be read.
    package init(_ response: HTTPResponse, origin: WebURL.Origin) throws(ACMEError) {
        let wire = try response.decoded(as: Wire.self, "an account")
        url = try origin.url(response.headers["location"], field: "Location of the account")
        isNew = response.status == 201
        let status = wire.status ?? "valid"
        guard status == "valid" else { throw .accountNotUsable(status: status) }
    }

    private struct Wire: Decodable {
        var status: String?
    }
}
