package import FoundationEssentials
import Platform
import Synchronization

/// A clock that stands still but for sleeping, which moves it on and returns at once.
package final class ManualClock: WallClock {
    private static let uptimeAtStart: TimeInterval = 1000

    private let start: Date
    private let state: Mutex<(moment: Date, uptime: TimeInterval, elapsed: TimeInterval)>

    package init(_ now: Date = Date(timeIntervalSince1970: 1_800_000_000)) {
        start = now
        state = Mutex((now, Self.uptimeAtStart, 0))
    }

    /// What a clock would show that nobody has set.
    package var truth: Date { start.addingTimeInterval(state.withLock { $0.elapsed }) }

    package var now: Date { state.withLock { $0.moment } }

    package var uptime: TimeInterval { state.withLock { $0.uptime } }

    package func sleep(for duration: Duration) async throws {
        advance(by: duration)
    }

    package func advance(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let interval = Double(seconds) + Double(attoseconds) / 1e18
        state.withLock { state in
            state.moment.addTimeInterval(interval)
            state.uptime += interval
            state.elapsed += interval
        }
    }

    /// Starts the host anew, in no time.
    package func restart() {
        state.withLock { $0.uptime = 0 }
    }

    /// Sets the clock, as a person or NTP does: no time passes.
    package func jump(by interval: TimeInterval) {
        state.withLock { $0.moment.addTimeInterval(interval) }
    }
}
