package import HTTP

/// The CA's view of whether this account may have certificates for one name.
///
/// Source: RFC 8555 §7.1.4.
package struct Authorization: Equatable, Sendable {
    /// Source: RFC 8555 §7.1.6.
    package enum Status: Equatable, Sendable {
        case pending
        case valid
        /// `invalid`, `expired`, `deactivated` or `revoked`: it will never become valid.
        case ended(String)
        case other(String)
    }

    /// Where the authorization is asked for again.
    package let url: WebURL
    package let identifier: Identifier
    package let status: Status
    /// The http-01 challenge, if the CA offers one.
    package let challenge: Challenge?
    /// The types of all challenges on offer, for the error where http-01 is not among them.
    package let offeredTypes: [String]

    /// Reads an authorization.
    ///
    /// - Throws: ``ACMEError`` for an answer that cannot be read, or an http-01 challenge whose
    ///   token or URL cannot be used.
    package init(
        _ response: HTTPResponse,
        at url: WebURL,
        origin: WebURL.Origin
    ) throws(ACMEError) {
        let wire = try response.decoded(as: Wire.self, "an authorization")
        self.url = url
        identifier = wire.identifier
        status = Status(wire.status)
        offeredTypes = wire.challenges.map(\.type)
        if let offer = wire.challenges.first(where: { $0.type == Challenge.type }) {
            challenge = try Challenge(offer, host: identifier.value, origin: origin)
        } else {
            challenge = nil
        }
    }

    private struct Wire: Decodable {
        var identifier: Identifier
        var status: String
        var challenges: [Challenge.Wire]
    }
}

extension Authorization.Status {
    init(_ text: String) {
        switch text {
        case "pending": self = .pending
        case "valid": self = .valid
        case "invalid", "expired", "deactivated", "revoked": self = .ended(text)
        default: self = .other(text)
        }
    }
}
