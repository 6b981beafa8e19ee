import ACME
import Diagnostics
import Glibc
import Platform
import Synchronization

/// An issuer's connection to the responder's service, for the time of an order.
///
/// The service withdraws what was published when the connection ends; when it was the service that
/// ended, the link connects to the next one and publishes all of it again.
final class ServiceLink: Sendable {
    private struct State {
        /// `nil` while there is no connection.
        var socket: MessageSocket?
        var published: [KeyAuthorization] = []
    }

    /// How long the service may take for a reply, and in all for being started anew.
    private static let patience = Duration.seconds(15)
    /// The first and the longest wait between two attempts to connect.
    private static let delays = (first: Duration.milliseconds(50), longest: Duration.seconds(1))

    private let path: String
    private let state: Mutex<State>
    private let log: Log

    /// Connects to the service whose control socket is at `path`.
    init(_ path: String, log: Log) throws(HTTP01Error) {
        self.path = path
        self.log = log
        state = Mutex(State(socket: try Self.connect(path)))
    }

    /// Whether a service accepts at `path`.
    static func isServed(_ path: String) -> Bool {
        // Whatever the reason, it is not to be had.
        (try? connect(path)) != nil
    }

    /// Has the service answer for `answers`; blocks until it says that it does.
    func publish(_ answers: [KeyAuthorization]) throws(HTTP01Error) {
        try persistently { (state) throws(HTTP01Error) in
            try self.restore(&state)
            try self.send(answers, over: state.socket)
            state.published += answers
        }
    }

    /// Has the service redirect `hosts` to https from now on; blocks until it says that it does.
    func redirect(_ hosts: [DomainName]) throws(HTTP01Error) {
        try persistently { (state) throws(HTTP01Error) in
            try self.restore(&state)
            for part in hosts.parts(of: ControlMessage.mostEntries) {
                try self.exchange(.redirect(part), over: state.socket)
            }
        }
    }

    /// Watches the connection until `stop` is sent, and makes it anew when it ends.
    func keep(until stop: StopSignal) {
        while true {
            let start = ContinuousClock.now
            let socket = state.withLock { $0.socket }
            guard !Self.wait(for: stop, or: socket) else { return }
            log.debug("the responder's service has ended; waiting for the next one")
            state.withLock { if $0.socket === socket { $0.socket = nil } }
            // At once: where systemd has the socket, the next service finds the answers there. But
            // what ends each connection must not be met with one after the other.
            let isShortLived = start.duration(to: .now) < Self.delays.longest
            guard !isShortLived || !stop.comes(within: Self.delays.first) else { return }
            var delay = Self.delays.first
            while !isRestored() {
                guard !stop.comes(within: delay) else { return }
                delay = min(delay * 2, Self.delays.longest)
            }
        }
    }

    private func isRestored() -> Bool {
        state.withLock { state in
            do throws(HTTP01Error) {
                try restore(&state)
                return true
            } catch {
                state.socket = nil
                return false
            }
        }
    }

    /// Tries again, for a while, what fails because there is no service at the moment.
    private func persistently(
        _ attempt: (inout State) throws(HTTP01Error) -> Void
    ) throws(HTTP01Error) {
        let deadline = ContinuousClock.now.advanced(by: Self.patience)
        var delay = Self.delays.first
        while true {
            do throws(HTTP01Error) {
                return try state.withLock { (state) throws(HTTP01Error) in
                    do throws(HTTP01Error) {
                        try attempt(&state)
                    } catch {
                        state.socket = nil
                        throw error
                    }
                }
            } catch {
                guard case .noService = error, ContinuousClock.now < deadline else { throw error }
            }
            usleep(UInt32(delay.roundedUpToMilliseconds) * 1000)
            delay = min(delay * 2, Self.delays.longest)
        }
    }

    /// Connects where there is no connection, and hands everything in again.
    private func restore(_ state: inout State) throws(HTTP01Error) {
        guard state.socket == nil else { return }
        let socket = try Self.connect(path)
        try send(state.published, over: socket)
        state.socket = socket
    }

    private func send(
        _ answers: [KeyAuthorization],
        over socket: MessageSocket?
    ) throws(HTTP01Error) {
        for part in answers.parts(of: ControlMessage.mostEntries) {
            try exchange(.publish(part), over: socket)
        }
    }

    private func exchange(
        _ message: ControlMessage,
        over socket: MessageSocket?
    ) throws(HTTP01Error) {
        let bytes: [UInt8]
        do throws(SystemCallError) {
            guard let socket else { throw SystemCallError("send", code: ENOTCONN) }
            // A service that refuses this user has said so before it read anything, and closed.
            if case .message(let early) = socket.receive(upTo: ControlMessage.longest) {
                bytes = early
            } else {
                try socket.send(message.bytes)
                let deadline = ContinuousClock.now.advanced(by: Self.patience)
                bytes = try socket.receive(upTo: ControlMessage.longest, until: deadline)
            }
        } catch {
            throw .noService(path: path, error)
        }
        switch ControlReply(bytes) {
        case .accepted: return
        case .refused(let reason): throw .refusedByService(path: path, reason)
        case nil: throw .refusedByService(path: path, "its reply cannot be understood")
        }
    }

    private static func connect(_ path: String) throws(HTTP01Error) -> MessageSocket {
        guard let address = LocalAddress(path) else {
            throw .noService(path: path, SystemCallError("connect", code: ENAMETOOLONG))
        }
        do throws(SystemCallError) {
            return try MessageSocket(connectedTo: address)
        } catch {
            throw .noService(path: path, error)
        }
    }

    /// Waits until `stop` is sent, or `socket`'s peer has gone.
    ///
    /// - Returns: Whether `stop` was sent.
    private static func wait(for stop: StopSignal, or socket: MessageSocket?) -> Bool {
        var requests = [pollfd(fd: stop.raw, events: Int16(POLLIN), revents: 0)]
        // Of the socket nothing is asked: that its peer has gone is told all the same, and a reply
        // is for whoever waits for it.
        if let socket { requests.append(pollfd(fd: socket.raw, events: 0, revents: 0)) }
        _ = unsafe poll(&requests, nfds_t(requests.count), socket == nil ? 0 : -1)
        return requests[0].revents != 0
    }
}

extension Array {
    /// This array cut into parts of `count` elements at most.
    fileprivate func parts(of count: Int) -> [[Element]] {
        stride(from: 0, to: self.count, by: count).map { start in
            Array(self[start..<Swift.min(start + count, self.count)])
        }
    }
}
