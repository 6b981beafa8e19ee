/// The nonces that came with answers and have not been used.
///
/// The newest is used first: CAs forget old ones. Source: RFC 8555 §6.5.
package struct NoncePool: Equatable, Sendable {
    /// More than this many are never of use: an order's requests run on few lanes.
    private static let capacity = 64

    private var nonces: [Nonce] = []

    package init() {}

    package var count: Int { nonces.count }

    /// Keeps a nonce; a full pool lets go of its oldest.
    package mutating func add(_ nonce: Nonce) {
        if nonces.count == Self.capacity { nonces.removeFirst() }
        nonces.append(nonce)
    }

    /// Takes the newest nonce out; `nil` when there is none.
    package mutating func take() -> Nonce? {
        nonces.popLast()
    }
}
