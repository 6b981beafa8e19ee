package import FoundationEssentials

/// The time, and the passing of it.
package protocol WallClock: Sendable {
    var now: Date { get }
    /// How long the machine has been up, asleep or not, in seconds; nobody can set it.
    var uptime: TimeInterval { get }
    /// Returns after `duration`.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func sleep(for duration: Duration) async throws
}
