/// A path with wildcards, as `include` takes it.
///
/// `*`, `?` and `[…]` stand for bytes of one part of the path and never for a `/`, nor for a `.`
/// at a part's beginning; a backslash takes the meaning from the byte after it.
///
/// Source: POSIX glob(3), which nginx calls without flags.
package struct GlobPattern: Sendable {
    private let parts: [[UInt8]]

    package init(_ pattern: String) {
        parts = Self.parts(of: pattern)
    }

    /// Whether nginx looks for files that match, rather than for one of that name.
    package static func isPattern(_ path: String) -> Bool {
        path.utf8.contains { "*?[".utf8.contains($0) }
    }

    /// Whether glob(3) would find the path.
    package func matches(_ path: String) -> Bool {
        let names = Self.parts(of: path)
        return names.count == parts.count && zip(parts, names).allSatisfy(Self.matches)
    }

    private static func parts(of path: String) -> [[UInt8]] {
        path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(
            Array.init
        )
    }

    private static func matches(_ part: [UInt8], _ name: [UInt8]) -> Bool {
        let dot = UInt8(ascii: ".")
        if name.first == dot, part.first != dot,
            part.starts(with: [UInt8(ascii: "\\"), dot]) == false
        {
            return false
        }
        return PartMatch(part: part, name: name).isWhole
    }
}

/// One part of a path beside one of a pattern; backs up to the last `*` only, so never takes more
/// steps than the product of both lengths.
private struct PartMatch {
    let part: [UInt8]
    let name: [UInt8]

    var isWhole: Bool {
        var at = 0
        var index = 0
        /// After the last `*`, and where in the name it stopped to take bytes.
        var retry: (at: Int, index: Int)?
        while index < name.count {
            if at < part.count, part[at] == UInt8(ascii: "*") {
                at += 1
                retry = (at, index)
            } else if let next = step(from: at, over: name[index]) {
                at = next
                index += 1
            } else if let last = retry {
                retry = (last.at, last.index + 1)
                at = last.at
                index = last.index + 1
            } else {
                return false
            }
        }
        return part[at...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// Where the pattern goes on after it has taken the byte; `nil` if it does not.
    private func step(from at: Int, over byte: UInt8) -> Int? {
        guard at < part.count else { return nil }
        switch part[at] {
        case UInt8(ascii: "?"): return at + 1
        case UInt8(ascii: "["):
            guard let end = setEnd(from: at) else { return byte == part[at] ? at + 1 : nil }
            return contains(byte, from: at + 1, to: end) ? end + 1 : nil
        case UInt8(ascii: "\\") where at + 1 < part.count:
            return part[at + 1] == byte ? at + 2 : nil
        default: return part[at] == byte ? at + 1 : nil
        }
    }

    /// The `]` of the set that begins at `at`; one that comes first in it is part of the set.
    private func setEnd(from at: Int) -> Int? {
        var index = isNegated(at + 1) ? at + 3 : at + 2
        while index < part.count, part[index] != UInt8(ascii: "]") { index += 1 }
        return index < part.count ? index : nil
    }

    private func isNegated(_ at: Int) -> Bool {
        at < part.count && (part[at] == UInt8(ascii: "!") || part[at] == UInt8(ascii: "^"))
    }

    private func contains(_ byte: UInt8, from start: Int, to end: Int) -> Bool {
        var index = isNegated(start) ? start + 1 : start
        var isIn = false
        while index < end {
            if index + 2 < end, part[index + 1] == UInt8(ascii: "-") {
                isIn = isIn || part[index] <= byte && byte <= part[index + 2]
                index += 3
            } else {
                isIn = isIn || part[index] == byte
                index += 1
            }
        }
        return isIn != isNegated(start)
    }
}
