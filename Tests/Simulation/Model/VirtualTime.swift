import FoundationEssentials
import Platform
import Renewal
import Synchronization

/// The time of a simulated year: as it is, and as the host takes it to be.
///
/// Sleeping moves it on and returns at once.
final class VirtualTime: WallClock {
    private struct State {
        var truth: Date
        var boot: Date
    }

    private let course: Course
    private let state: Mutex<State>

    init(_ course: Course) {
        self.course = course
        let start = course.year.lowerBound
        state = Mutex(State(truth: start, boot: start.addingTimeInterval(-30 * .day)))
    }

    /// The true time, which is also the CA's.
    var truth: Date { state.withLock { $0.truth } }

    var now: Date {
        let truth = truth
        return truth.addingTimeInterval(course.clockOffset(at: truth))
    }

    var uptime: TimeInterval { state.withLock { $0.truth.timeIntervalSince($0.boot) } }

    func sleep(for duration: Duration) async throws {
        let (seconds, attoseconds) = duration.components
        pass(Double(seconds) + Double(attoseconds) / 1e18)
    }

    func pass(_ seconds: TimeInterval) {
        state.withLock { $0.truth.addTimeInterval(seconds) }
    }

    /// Goes on to `moment`, unless it is past already.
    func advance(to moment: Date) {
        state.withLock { $0.truth = max($0.truth, moment) }
    }

    /// The host has just started.
    func reboot() {
        state.withLock { $0.boot = $0.truth }
    }
}
