import FoundationEssentials

/// A CA's own count of one of its limits.
///
/// It shares nothing with the ledger that certctl keeps: tokens are counted here, and moments there.
struct TokenBucket: Sendable {
    let size: Double
    /// Seconds until there is one more.
    let refill: TimeInterval
    private var tokens: Double
    private var counted: Date?

    init(size: Int, refill: TimeInterval) {
        self.size = Double(size)
        self.refill = refill
        tokens = self.size
    }

    /// How many tokens there are at `now`.
    func level(at now: Date) -> Double {
        guard let counted else { return size }
        return min(size, tokens + max(0, now.timeIntervalSince(counted)) / refill)
    }

    /// Takes a token; `false` where there is none.
    mutating func take(at now: Date) -> Bool {
        let level = level(at: now)
        // A refill that is over to the second is over: binary fractions are not exact.
        guard level >= 1 - 1e-6 else { return false }
        tokens = level - 1
        counted = now
        return true
    }

    /// When there is a token again; `now` where there is one.
    func next(at now: Date) -> Date {
        now.addingTimeInterval(max(0, 1 - level(at: now)) * refill)
    }
}
