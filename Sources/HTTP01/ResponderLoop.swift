import Glibc
import Platform

/// What the responder's thread does: waits for events and performs what the connections wish for.
final class ResponderLoop {
    private let doors: [Responder.Door]
    private let answers: AnswerTable
    private let limits: Responder.Limits
    private let stop: StopSignal
    private var queue: EventQueue
    private var table: ConnectionTable
    private var chunk: [UInt8]
    /// When the thread was last woken up; what it does then is done at this moment.
    private var now = ContinuousClock.now
    /// A descriptor kept open so that it can be closed when there are no others.
    private var reserve: Descriptor?

    /// Makes ready to serve `answers` at `doors` until `stop` is sent.
    init(
        doors: [Responder.Door],
        answers: AnswerTable,
        limits: Responder.Limits,
        stop: StopSignal
    ) throws(SystemCallError) {
        self.doors = doors
        self.answers = answers
        self.limits = limits
        self.stop = stop
        queue = try EventQueue()
        table = ConnectionTable(
            capacity: limits.connections,
            share: limits.connectionsPerNetwork
        )
        chunk = Array(repeating: 0, count: limits.headBytes)
        reserve = Self.openReserve()
        try queue.add(stop.raw, as: .stop)
        for (index, door) in doors.enumerated() {
            try queue.add(door.socket.raw, as: .listener(index))
        }
    }

    /// Answers until it is told to stop.
    func run() {
        guard !stop.comes(within: limits.graceTime) else { return }
        while true {
            let count = queue.wait(table.nearest.map { now.duration(to: $0.connection.deadline) })
            now = .now
            for index in 0..<count {
                switch queue.source(at: index) {
                case .stop: return
                case .listener(let index): accept(at: doors[index])
                case .connection(let id):
                    if let client = table[id] { serve(client) }
                }
            }
            table.removeExpired(at: now)
        }
    }
}

// Newcomers.
extension ResponderLoop {
    /// Accepts who waits, but no more than a handful, so that others get their answers meanwhile.
    private func accept(at door: Responder.Door) {
        for _ in 0..<limits.acceptsAtOnce {
            switch door.socket.accept() {
            case .connection(let newcomer): admit(newcomer, at: door)
            case .aborted: continue
            case .nobody: return
            case .exhausted: return makeRoom(at: door)
            }
        }
    }

    /// Begins a connection and serves it at once: most requests are there already.
    private func admit(_ newcomer: consuming ListeningSocket.Newcomer, at door: Responder.Door) {
        let connection = ResponderConnection(limits: limits, at: now)
        serve(table.insert(newcomer, isProxied: door.isProxied, connection))
    }

    /// Accepts somebody although there is no descriptor left.
    ///
    /// Whoever waits would otherwise make the queue return at once, for ever. The reserve lets the
    /// newcomer in, the connection nearest its deadline pays for it; where none is open, the
    /// newcomer does.
    private func makeRoom(at door: Responder.Door) {
        reserve = nil
        let accepted = door.socket.accept()
        table.evict()
        if case .connection(let newcomer) = consume accepted {
            reserve = Self.openReserve()
            if reserve != nil { admit(newcomer, at: door) }
        }
        if reserve == nil { reserve = Self.openReserve() }
        // Other threads took what was free: let them finish instead of asking again at once.
        if reserve == nil { usleep(10_000) }
    }

    private static func openReserve() -> Descriptor? {
        let raw = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        return raw < 0 ? nil : Descriptor(owning: raw)
    }
}

// Connections.
extension ResponderLoop {
    /// Performs what a connection wishes for, as far as it goes without waiting.
    private func serve(_ client: Client) {
        if client.connection.wish == .receive { receive(from: client) }
        while client.connection.wish == .send, send(to: client) {}
        settle(client)
    }

    private func receive(from client: Client) {
        let room = min(chunk.count, client.connection.room)
        let count = unsafe recv(client.descriptor.raw, &chunk, room, 0)
        switch count {
        case 1...:
            let isProxied = client.isProxied
            client.connection.received(chunk[..<count]) { request, output in
                answers.append(answerTo: request, isProxied: isProxied, to: &output)
            }
        case 0:
            client.connection.receivedEnd()
        default:
            if errno != EAGAIN && errno != EINTR { client.connection.failed() }
        }
    }

    /// Sends some of the pending output.
    ///
    /// - Returns: Whether to go on; if not, the client has to read first.
    private func send(to client: Client) -> Bool {
        let raw = client.descriptor.raw
        let count = unsafe client.connection.pendingOutput.withUnsafeBytes { bytes in
            unsafe Glibc.send(raw, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        }
        if count >= 0 {
            client.connection.sent(count, at: now)
            if client.connection.wish != .send { table.renewed(client.id) }
        } else if errno == EAGAIN {
            return false
        } else if errno != EINTR {
            client.connection.failed()
        }
        return true
    }

    /// Waits for what the connection wishes for next, or closes it.
    private func settle(_ client: Client) {
        let wish = client.connection.wish
        guard wish != .close else { return close(client) }
        guard client.watched != wish else { return }
        let isKnown = client.watched != nil
        guard queue.watch(client.descriptor.raw, of: client.id, for: wish, isKnown: isKnown) else {
            return close(client)
        }
        client.watched = wish
    }

    private func close(_ client: Client) {
        // The end of the answer goes out as such, also where input that nobody reads would make
        // the kernel reset the connection on close. One system call in seven, so only there.
        if client.connection.leavesInput { _ = shutdown(client.descriptor.raw, Int32(SHUT_WR)) }
        table.remove(client.id)
    }
}
