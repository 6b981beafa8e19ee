import FoundationEssentials
import Platform
package import Renewal

/// What CAs have said about when to renew, of all lineages: a cache, but one that spares as many
/// questions as there are certificates.
package struct AdviceBook: Equatable, Sendable {
    /// The lines as they are in the file, one a lineage, in the order of the names: a run reads few of ten
    /// thousand, and changes fewer.
    private var lines: [ArraySlice<UInt8>] = []

    package init() {}

    /// What was said of that generation; `nil` where nothing was, and where the line is damaged: that is
    /// one question more.
    package func advice(_ name: LineageName, _ generation: GenerationNumber) -> RenewalAdvice? {
        let (place, isThere) = place(of: Array(name.description.utf8)[...])
        guard isThere, let words = CheckedLine.words(lines[place]), words.count == 8,
            CheckedLine.number(words[1]) == generation.value,
            let asked = Self.date(words[5]), let next = Self.date(words[6]),
            let failures = CheckedLine.number(words[7]), failures >= 0
        else { return nil }
        let window: RenewalWindow? =
            if let start = Self.date(words[2]), let end = Self.date(words[3]),
                let learned = Self.date(words[4])
            {
                RenewalWindow(start: start, end: end, learned: learned)
            } else {
                nil
            }
        return RenewalAdvice(window: window, asked: asked, next: next, failures: failures)
    }

    /// Notes what was said.
    package mutating func note(
        _ advice: RenewalAdvice,
        _ name: LineageName,
        _ generation: GenerationNumber
    ) {
        let window =
            advice.window.map {
                "\($0.start.wholeSeconds) \($0.end.wholeSeconds) \($0.learned.wholeSeconds)"
            } ?? "x x x"
        let line = CheckedLine.encode(
            "\(name) \(generation.value) \(window) \(advice.asked.wholeSeconds) "
                + "\(advice.next.wholeSeconds) \(advice.failures)"
        )
        put(line.dropLast())
    }

    /// Forgets lineages that are no longer there, and lines that are damaged.
    package mutating func keep(_ isThere: (LineageName) -> Bool) {
        lines.removeAll { line in
            guard let text = CheckedLine.text(line),
                let name = LineageName(String(decoding: Self.name(text), as: UTF8.self))
            else { return true }
            return !isThere(name)
        }
    }

    /// Takes the bytes of the file.
    init(_ bytes: [UInt8]) {
        for line in bytes.split(separator: UInt8(ascii: "\n")) { put(line) }
    }

    /// The file's bytes.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(lines.reduce(0) { $0 + $1.count + 1 })
        for line in lines {
            bytes += line
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    /// Puts a line without its end in the place of the one before of that lineage.
    private mutating func put(_ line: ArraySlice<UInt8>) {
        let (place, isThere) = place(of: Self.name(line))
        if isThere {
            lines[place] = line
        } else {
            lines.insert(line, at: place)
        }
    }

    /// Where the line of a lineage is, or would be.
    private func place(of name: ArraySlice<UInt8>) -> (place: Int, isThere: Bool) {
        // Those of a file come in their order.
        guard let last = lines.last, !Self.name(last).lexicographicallyPrecedes(name) else {
            return (lines.count, false)
        }
        var (low, high) = (0, lines.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if Self.name(lines[middle]).lexicographicallyPrecedes(name) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return (low, Self.name(lines[low]) == name)
    }

    private static func name(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        line.prefix { $0 != UInt8(ascii: " ") }
    }

    private static func date(_ word: ArraySlice<UInt8>) -> Date? {
        CheckedLine.number(word).map { Date(timeIntervalSince1970: Double($0)) }
    }
}

extension CertificateStore {
    private static let adviceLimit = 64 * 1024 * 1024

    /// What CAs have said so far.
    package func advice() throws -> AdviceBook {
        AdviceBook(try contents(layout.advice, limit: Self.adviceLimit) ?? [])
    }

    /// Keeps what CAs have said.
    package func replace(_ advice: AdviceBook) throws {
        try fileSystem.replaceFile(
            layout.advice,
            advice.bytes,
            .privateFile,
            temporary: layout.advice + ".new"
        )
    }
}
