import Synchronization

/// Counts, also for closures that several tasks call.
package final class Counter: Sendable {
    private let count = Mutex(0)

    package init() {}

    /// Adds one and returns the sum.
    package func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
