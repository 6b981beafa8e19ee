/// Decides how long to wait before a resource is asked for again.
///
/// The waits are 10, 20, 40 ms and so on up to 5 s. What the CA asks for by `Retry-After` wins.
package struct PollPolicy: Equatable, Sendable {
    /// The longest time that is waited in all.
    package static let patience: Duration = .seconds(300)
    /// What a CA on the same machine needs to validate a name; a question at once was never seen to
    /// be answered with anything new.
    static let firstPause: Duration = .milliseconds(10)
    private static let longestPause: Duration = .seconds(5)

    /// How long has been waited so far.
    package private(set) var waited: Duration = .zero
    private var pause: Duration = .milliseconds(10)

    package init() {}

    /// Whether the quick questions are over and a slow resource has to be expected.
    var isSlow: Bool { pause >= .seconds(1) }

    /// Returns the next wait; `nil` when patience has run out.
    ///
    /// `retryAfter` is what the CA asked for in its last answer.
    package mutating func next(retryAfter: Duration?) -> Duration? {
        // A wish for no pause at all, as from a clock that is ahead, would be a loop without end.
        let wish = retryAfter.flatMap { $0 > .zero ? $0 : nil }
        let delay = wish ?? pause
        guard waited + delay <= Self.patience else { return nil }
        pause = min(pause * 2, Self.longestPause)
        waited += delay
        return delay
    }
}
