/// The `type` of a problem, as far as certctl acts on it.
///
/// Source: RFC 8555 §6.7.
package enum ProblemKind: Equatable, Sendable, CustomStringConvertible {
    case accountDoesNotExist
    case badCSR
    case badNonce
    case badPublicKey
    case externalAccountRequired
    case malformed
    case orderNotReady
    case rateLimited
    case userActionRequired
    /// Any other type; nothing is lost by not knowing it.
    case other(String)

    private static let prefix = "urn:ietf:params:acme:error:"
    private static let known: [String: ProblemKind] = [
        "accountDoesNotExist": .accountDoesNotExist,
        "badCSR": .badCSR,
        "badNonce": .badNonce,
        "badPublicKey": .badPublicKey,
        "externalAccountRequired": .externalAccountRequired,
        "malformed": .malformed,
        "orderNotReady": .orderNotReady,
        "rateLimited": .rateLimited,
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
