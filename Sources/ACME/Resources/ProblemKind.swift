/// The `type` of a problem, as far as certctl acts on it.
///
/// Source: RFC 8555 §6.7; RFC 9773 §7.4 (`alreadyReplaced`); draft-ietf-acme-profiles
/// (`invalidProfile`).
package enum ProblemKind: Equatable, Sendable, CustomStringConvertible {
    case accountDoesNotExist
    case alreadyReplaced
    case alreadyRevoked
    case badCSR
    case badNonce
    case badPublicKey
    case badRevocationReason
    case externalAccountRequired
    case invalidProfile
    case malformed
    case orderNotReady
    case rateLimited
    case unauthorized
    case userActionRequired
    /// Any other type; nothing is lost by not knowing it.
    case other(String)

    private static let prefix = "urn:ietf:params:acme:error:"
    private static let known: [String: ProblemKind] = [
        "accountDoesNotExist": .accountDoesNotExist,
        "alreadyReplaced": .alreadyReplaced,
        "alreadyRevoked": .alreadyRevoked,
        "badCSR": .badCSR,
        "badNonce": .badNonce,
        "badPublicKey": .badPublicKey,
        "badRevocationReason": .badRevocationReason,
        "externalAccountRequired": .externalAccountRequired,
        "invalidProfile": .invalidProfile,
        "malformed": .malformed,
        "orderNotReady": .orderNotReady,
        "rateLimited": .rateLimited,
        "unauthorized": .unauthorized,
        "userActionRequired": .userActionRequired,
    ]

    /// Reads the `type` member.
    package init(type: String) {
        let name = type.hasPrefix(Self.prefix) ? String(type.dropFirst(Self.prefix.count)) : type
        self = Self.known[name] ?? .other(name)
    }

    /// The name without the common prefix.
    package var description: String {
        switch self {
        case .other(let name): name
        default: Self.known.first { $0.value == self }?.key ?? ""
        }
    }
}
