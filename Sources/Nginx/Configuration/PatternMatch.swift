/// Tells whether a regular expression matches, where that can be told without PCRE.
///
/// It knows what stands in names and paths: classes, groups, alternatives, repetitions, anchors and
/// looking ahead. It keeps the set of all places where a part can end, so that no expression takes
/// exponential time. Whether repetitions are greedy does not change the verdict.
///
/// Source: pcrepattern(3).
enum PatternMatch {
    /// Says whether the pattern matches somewhere in `text`; `nil` where it cannot be told.
    ///
    /// nginx ignores case for names, which are in lower case.
    static func verdict(of pattern: String, on text: String, ignoresCase: Bool = true) -> Bool? {
        var reader = PatternReader(Array(pattern.utf8), ignoresCase: ignoresCase)
        guard let branches = reader.wholePattern() else { return nil }
        let search = PatternSearch(text: Array(text.utf8), ignoresCase: reader.ignoresCase)
        return !search.ends(of: branches, from: Set(0...search.text.count)).isEmpty
    }
}

/// A part of a pattern.
indirect enum PatternNode {
    case set(ByteSet)
    case start
    case end
    /// `(a|b)`
    case group([[PatternNode]])
    /// `(?=a|b)` or `(?!a|b)`
    case ahead([[PatternNode]], isNegated: Bool)
    /// At least so often, and at most.
    case repetition(PatternNode, Int, Int?)
}

/// Bytes of a class.
struct ByteSet {
    var ranges: [ClosedRange<UInt8>] = []
    var isNegated = false

    func contains(_ byte: UInt8) -> Bool { ranges.contains { $0.contains(byte) } != isNegated }
}

/// Runs a pattern over a text.
private struct PatternSearch {
    let text: [UInt8]
    let ignoresCase: Bool

    /// Where the alternatives can end that begin at one of `starts`.
    func ends(of branches: [[PatternNode]], from starts: Set<Int>) -> Set<Int> {
        branches.reduce(into: []) { result, branch in
            result.formUnion(
                branch.reduce(starts) { $0.isEmpty ? $0 : ends(of: $1, from: $0) }
            )
        }
    }

    private func ends(of node: PatternNode, from starts: Set<Int>) -> Set<Int> {
        switch node {
        case .set(let set):
            Set(starts.filter { $0 < text.count && has(set, text[$0]) }.map { $0 + 1 })
        case .start: starts.intersection([0])
        case .end: starts.intersection([text.count])
        case .group(let branches): ends(of: branches, from: starts)
        case .ahead(let branches, let isNegated):
            starts.filter { ends(of: branches, from: [$0]).isEmpty == isNegated }
        case .repetition(let inner, let least, let most):
            repeated(inner, least, most, from: starts)
        }
    }

    private func repeated(
        _ node: PatternNode,
        _ least: Int,
        _ most: Int?,
        from starts: Set<Int>
    ) -> Set<Int> {
        var current = starts
        for _ in 0..<least where !current.isEmpty { current = ends(of: node, from: current) }
        var all = current
        var count = least
        while !current.isEmpty, most.map({ count < $0 }) ?? true {
            current = ends(of: node, from: current).subtracting(all)
            all.formUnion(current)
            count += 1
        }
        return all
    }

    private func has(_ set: ByteSet, _ byte: UInt8) -> Bool {
        guard ignoresCase, let other = byte.otherCase else { return set.contains(byte) }
        return set.isNegated
            ? set.contains(byte) && set.contains(other) : set.contains(byte) || set.contains(other)
    }
}

extension UInt8 {
    /// The same letter, large or small; `nil` for what is no letter of ASCII.
    fileprivate var otherCase: UInt8? {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
            self ^ 0x20
        default: nil
        }
    }
}
