package import FoundationEssentials

/// The time, and the passing of it.
package protocol WallClock: Sendable {
    var now: Date { get }
    /// Returns after `duration`.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func sleep(for duration: Duration) async throws
}
