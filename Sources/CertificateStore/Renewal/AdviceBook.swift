import FoundationEssentials
import Platform
package import Renewal

/// What CAs have said about when to renew, of all lineages: a cache, but one that spares as many
/// questions as there are certificates.
package struct AdviceBook: Equatable, Sendable {
    /// Of one certificate.
    private struct Entry: Equatable {
        let generation: GenerationNumber
        let advice: RenewalAdvice
    }

    private var entries: [LineageName: Entry] = [:]

    package init() {}

    /// What was said of that generation; `nil` where nothing was.
    package func advice(_ name: LineageName, _ generation: GenerationNumber) -> RenewalAdvice? {
        entries[name].flatMap { $0.generation == generation ? $0.advice : nil }
    }

    /// Notes what was said.
    package mutating func note(
        _ advice: RenewalAdvice,
        _ name: LineageName,
        _ generation: GenerationNumber
    ) {
        entries[name] = Entry(generation: generation, advice: advice)
    }

    /// Forgets lineages that are no longer there.
    package mutating func keep(_ isThere: (LineageName) -> Bool) {
        entries = entries.filter { isThere($0.key) }
    }

    /// Reads the file; a line that is damaged is one question more.
    init(_ bytes: [UInt8]) {
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard let words = CheckedLine.words(line), words.count == 8,
                let name = LineageName(String(decoding: words[0], as: UTF8.self)),
                let generation = CheckedLine.number(words[1]),
                let asked = Self.date(words[5]), let next = Self.date(words[6]),
                let failures = CheckedLine.number(words[7])
            else { continue }
            let window: RenewalWindow? =
                if let start = Self.date(words[2]), let end = Self.date(words[3]),
                    let learned = Self.date(words[4])
                {
                    RenewalWindow(start: start, end: end, learned: learned)
                } else {
                    nil
                }
            let advice = RenewalAdvice(window: window, asked: asked, next: next, failures: failures)
            note(advice, name, GenerationNumber(generation))
        }
    }

    /// The file's bytes.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(120 * entries.count)
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
            let advice = entry.advice
            let window =
                advice.window.map {
                    "\($0.start.wholeSeconds) \($0.end.wholeSeconds) \($0.learned.wholeSeconds)"
                } ?? "x x x"
            bytes += CheckedLine.encode(
                "\(name) \(entry.generation.value) \(window) \(advice.asked.wholeSeconds) "
                    + "\(advice.next.wholeSeconds) \(advice.failures)"
            )
        }
        return bytes
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
