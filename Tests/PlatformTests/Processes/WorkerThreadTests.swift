import Glibc
import Synchronization
import Testing

@testable import Platform

@Suite struct WorkerThreadTests {
    @Test func `joining waits until the work is done`() throws {
        let isDone = Flag()
        let thread = try WorkerThread {
            usleep(20_000)
            isDone.raise()
        }
        thread.join()
        #expect(isDone.isRaised)
    }

    @Test func `joining a second time returns`() throws {
        let thread = try WorkerThread {}
        thread.join()
        thread.join()
    }

    @Test func `what the work returns is returned`() async throws {
        #expect(try await WorkerThread.run { 42 } == 42)
    }

    @Test func `what the work throws is thrown`() async {
        await #expect(throws: SystemCallError("poll", code: ETIMEDOUT)) {
            try await WorkerThread.run { () throws(SystemCallError) -> Int in
                throw SystemCallError("poll", code: ETIMEDOUT)
            }
        }
    }
}

/// What another thread can raise.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isRaised: Bool { value.load(ordering: .acquiring) }

    func raise() { value.store(true, ordering: .releasing) }
}
