package import FoundationEssentials

/// A clock that goes like another one and shows the time of a place that knows it better.
package struct AdjustedClock: WallClock {
    private let clock: any WallClock
    /// In seconds; positive where `clock` is behind.
    private let difference: TimeInterval

    package init(_ clock: any WallClock, by difference: TimeInterval) {
        self.clock = clock
        self.difference = difference
    }

    package var now: Date { clock.now.addingTimeInterval(difference) }

    package var uptime: TimeInterval { clock.uptime }

    package func sleep(for duration: Duration) async throws {
        try await clock.sleep(for: duration)
    }
}
