package import FoundationEssentials
import Platform
import Synchronization

/// A clock that stands still but for sleeping, which moves it on and returns at once.
package final class ManualClock: WallClock {
    private let moment: Mutex<Date>

    package init(_ now: Date = Date(timeIntervalSince1970: 1_800_000_000)) {
        moment = Mutex(now)
    }

    package var now: Date { moment.withLock { $0 } }

    package func sleep(for duration: Duration) async throws {
        advance(by: duration)
    }

    package func advance(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let interval = Double(seconds) + Double(attoseconds) / 1e18
        moment.withLock { $0 = $0.addingTimeInterval(interval) }
    }
}
