import CLinux
import Glibc
import Platform

/// What an event is about.
enum EventSource: Equatable {
    /// The order to stop.
    case stop
    /// A listening socket, by its index.
    case listener(Int)
    /// A client's socket.
    case connection(ConnectionID)
}

/// The kernel's list of descriptors that are waited for (epoll, level-triggered).
@safe struct EventQueue: ~Copyable {
    /// How many events one wait returns at most; the others come with the next.
    private static let batch = 256

    private let descriptor: Descriptor
    private var events = unsafe [epoll_event](repeating: epoll_event(), count: batch)

    /// Makes a list of nothing.
    init() throws(SystemCallError) {
        let raw = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard raw >= 0 else { throw SystemCallError("epoll_create1") }
        descriptor = Descriptor(owning: raw)
    }

    /// Waits for `raw` to become readable, from now until it is closed.
    func add(_ raw: Int32, as source: EventSource) throws(SystemCallError) {
        guard control(EPOLL_CTL_ADD, raw, EPOLLIN, source) else {
            throw SystemCallError("epoll_ctl")
        }
    }

    /// Waits for `raw`, a connection's, from now on for what `wish` says.
    ///
    /// - Parameters:
    ///   - raw: Its descriptor.
    ///   - id: Its name.
    ///   - wish: Never `.close`.
    ///   - isKnown: Whether it was waited for before.
    /// - Returns: Whether the kernel has memory for it.
    func watch(
        _ raw: Int32,
        of id: ConnectionID,
        for wish: ResponderConnection.Wish,
        isKnown: Bool
    ) -> Bool {
        let interest = wish == .send ? EPOLLOUT : EPOLLIN
        return control(isKnown ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, raw, interest, .connection(id))
    }

    /// Waits until something happens, but no longer than `time`; `nil` is for ever.
    ///
    /// - Returns: How many events there are, for ``source(at:)``.
    mutating func wait(_ time: Duration?) -> Int {
        let timeout = time?.roundedUpToMilliseconds
        // Below zero only when a signal came, which is no event of ours.
        let capacity = Int32(Self.batch)
        return max(0, Int(unsafe epoll_wait(descriptor.raw, &events, capacity, timeout ?? -1)))
    }

    /// What an event of the last wait is about.
    func source(at index: Int) -> EventSource {
        EventSource(tag: unsafe events[index].data.u64)
    }

    private func control(
        _ operation: Int32,
        _ raw: Int32,
        _ interest: EPOLL_EVENTS,
        _ source: EventSource
    ) -> Bool {
        var event = unsafe epoll_event(
            events: interest.rawValue,
            data: epoll_data_t(u64: source.tag)
        )
        return unsafe epoll_ctl(descriptor.raw, operation, raw, &event) == 0
    }
}

extension EventSource {
    /// This source as the number that the kernel hands back with an event.
    ///
    /// A connection's is its slot with its generation above it; no generation is 0, which leaves
    /// those numbers to the others.
    fileprivate var tag: UInt64 {
        switch self {
        case .stop: 0
        case .listener(let index): UInt64(index) + 1
        case .connection(let id): UInt64(id.generation) << 32 | UInt64(id.slot)
        }
    }

    fileprivate init(tag: UInt64) {
        let low = UInt32(truncatingIfNeeded: tag)
        switch (UInt32(tag >> 32), low) {
        case (0, 0): self = .stop
        case (0, _): self = .listener(Int(low) - 1)
        case (let generation, _):
            self = .connection(ConnectionID(slot: low, generation: generation))
        }
    }
}
