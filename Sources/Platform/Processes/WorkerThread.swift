import CLinux
import Glibc
import Synchronization

/// A thread of our own, for work that blocks: the concurrency pool of a small host may have a
/// single thread, which nothing may hold up.
package final class WorkerThread: Sendable {
    private let thread: Mutex<pthread_t?>

    /// Starts a thread that performs `body` and ends.
    package init(_ body: sending @escaping () -> Void) throws(SystemCallError) {
        let job = unsafe Unmanaged.passRetained(Job(body)).toOpaque()
        var thread: pthread_t = 0
        let code = unsafe pthread_create(&thread, nil, perform, job)
        guard code == 0 else {
            unsafe Unmanaged<Job>.fromOpaque(job).release()
            throw SystemCallError("pthread_create", code: code)
        }
        self.thread = Mutex(thread)
    }

    deinit {
        thread.withLock { thread in
            if let thread { pthread_detach(thread) }
        }
    }

    /// Waits until the thread has ended; at once when it was waited for before.
    package func join() {
        // The lock is held meanwhile, so that a second caller waits as well.
        thread.withLock { thread in
            if let running = thread { _ = pthread_join(running, nil) }
            thread = nil
        }
    }

    /// Performs `body` on a thread of its own, which has ended when this returns: what it keeps for
    /// libraries is cleaned up then, and cannot meet their own cleaning up at the process's end.
    ///
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws, or that there is no thread to be had.
    package static func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws(SystemCallError) -> Value
    ) async throws(SystemCallError) -> Value {
        var thread: WorkerThread?
        let result: Result<Value, SystemCallError> = await withCheckedContinuation { continuation in
            do throws(SystemCallError) {
                thread = try WorkerThread { continuation.resume(returning: Result(catching: body)) }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        thread?.join()
        return try result.get()
    }
}

/// What a thread is given to do, in a form that fits through a C pointer.
private final class Job {
    let body: () -> Void

    init(_ body: @escaping () -> Void) {
        self.body = body
    }
}

/// The C entry of every thread.
private nonisolated func perform(_ job: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    // Signals are the main thread's affair; here they would only interrupt system calls.
    var all = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_SETMASK, &all, nil)
    if let job = unsafe job {
        unsafe Unmanaged<Job>.fromOpaque(job).takeRetainedValue().body()
    }
    return nil
}
