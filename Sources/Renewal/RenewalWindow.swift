package import FoundationEssentials

/// The span in which the CA would like a certificate to be renewed.
///
/// Source: RFC 9773 §4.2.
package struct RenewalWindow: Equatable, Sendable {
    /// How far before the certificate itself a window may begin: CAs backdate certificates.
    private static let earliness: TimeInterval = .day
    /// The most that a renewal at once is put off, so that not all hosts come in the same minute.
    private static let longestJitter: TimeInterval = 30 * .minute

    package let start: Date
    package let end: Date
    /// When this host saw this very window first.
    package let learned: Date

    package init(start: Date, end: Date, learned: Date) {
        self.start = start
        self.end = end
        self.learned = learned
    }

    /// Whether that is what it says, to the second: files keep no less.
    func isSame(from start: Date, to end: Date) -> Bool {
        self.start.seconds == start.seconds && self.end.seconds == end.seconds
    }

    /// Whether it can be meant for a certificate: what ends before it begins, or lies outside of the
    /// certificate's life, counts as no answer.
    package func isCredible(for validity: Validity) -> Bool {
        end > start && start > validity.notBefore.addingTimeInterval(-Self.earliness)
            && start < validity.notAfter
    }

    /// Whether it had passed when it was learned: the CA wants a new certificate now, as before it
    /// calls the old one back.
    package var isSignal: Bool { end <= learned }

    /// The moment in it that this host takes for this certificate; the same at every start.
    ///
    /// Source: RFC 9773 §4.2: a random moment of the window; at once where it has passed.
    package func moment(for validity: Validity, _ random: StableRandom) -> Date {
        let share = random.fraction(start.seconds, end.seconds)
        guard isSignal else {
            return start.addingTimeInterval(share * end.timeIntervalSince(start))
        }
        let jitter = min(Self.longestJitter, validity.remaining(at: learned) / 100)
        return learned.addingTimeInterval(share * max(0, jitter))
    }
}

extension Date {
    /// Whole seconds since 1970 as bits to draw with.
    fileprivate var seconds: UInt64 {
        UInt64(bitPattern: Int64(max(-1e15, min(timeIntervalSince1970, 1e15))))
    }
}
