/// Numbers that look random and are the same again after a restart.
///
/// Two hosts draw different ones, since the seed is of the host's own secret: a thousand hosts that
/// were set up the same do not all come at once.
package struct StableRandom: Equatable, Sendable {
    private let seed: UInt64

    /// Draws from `seed`, for instance half of a digest.
    package init(seed: UInt64) {
        self.seed = seed
    }

    /// A number from 0 up to 1 that belongs to this seed and to `purposes`, if any.
    package func fraction(_ purposes: UInt64...) -> Double {
        let mixed = purposes.reduce(Self.mix(seed)) { Self.mix($0 ^ $1) }
        return Double(mixed >> 11) / Double(1 << 53)
    }

    /// SplitMix64: every bit of the result depends on every bit of `value`.
    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
