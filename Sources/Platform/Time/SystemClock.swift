package import FoundationEssentials
import Glibc

/// The machine's own clock.
package struct SystemClock: WallClock {
    package init() {}

    package var now: Date { Date() }

    package var uptime: TimeInterval {
        var time = timespec()
        guard unsafe clock_gettime(CLOCK_BOOTTIME, &time) == 0 else { return 0 }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    package func sleep(for duration: Duration) async throws {
        try await Task.sleep(for: duration)
    }
}
