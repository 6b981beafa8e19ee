package import FoundationEssentials

/// Chance of a simulated year: numbers that belong to a seed and to what they are for, whatever is
/// asked for first.
package struct Draw: Sendable {
    private let seed: UInt64

    package init(seed: UInt64) {
        self.seed = seed
    }

    /// Chance of another thing, which has nothing to do with this one.
    package func about(_ purpose: String, _ numbers: UInt64...) -> Draw {
        var state = Digest(start: seed)
        state.add(purpose)
        for number in numbers { state.add(number) }
        return Draw(seed: state.value)
    }

    /// From 0 up to 1.
    package var share: Double { Double(mixed >> 11) / Double(1 << 53) }

    /// From 0 up to `count`.
    package func index(below count: Int) -> Int { Int(mixed % UInt64(count)) }

    /// A span of time within `range`, in seconds.
    package func interval(_ range: ClosedRange<TimeInterval>) -> TimeInterval {
        range.lowerBound + share * (range.upperBound - range.lowerBound)
    }

    /// The bits, mixed once more: seeds are often counted.
    private var mixed: UInt64 {
        var mixed = seed &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A checksum of what has happened, to tell two years apart.
///
/// Source: the FNV-1a hash of 64 bits; nobody here wants to forge one.
package struct Digest: Equatable, Sendable {
    package private(set) var value: UInt64

    package init(start: UInt64 = 0) {
        value = 0xcbf2_9ce4_8422_2325 ^ start
    }

    package mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
    }

    package mutating func add(_ text: String) {
        add(text.utf8)
        add(CollectionOfOne(0))
    }

    package mutating func add(_ number: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) {
            add(CollectionOfOne(UInt8(truncatingIfNeeded: number >> UInt64(shift))))
        }
    }
}
