import CLinux
import Glibc
import Platform

/// Wakes up a thread that waits for events, from any other thread, to make it stop.
final class StopSignal: Sendable {
    private let descriptor: Descriptor

    /// Makes a signal that was not sent yet.
    init() throws(SystemCallError) {
        let raw = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard raw >= 0 else { throw SystemCallError("eventfd") }
        descriptor = Descriptor(owning: raw)
    }

    /// The descriptor's number, which is readable from ``send()`` on; valid while this object lives.
    var raw: Int32 { descriptor.raw }

    /// Waits for it; tells whether it was sent within `time`.
    func comes(within time: Duration) -> Bool {
        var request = pollfd(fd: descriptor.raw, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&request, 1, time.roundedUpToMilliseconds) > 0
    }

    /// Makes the descriptor readable for good.
    func send() {
        // Fails only when it is readable already.
        _ = eventfd_write(descriptor.raw, 1)
    }
}
