import ACME
import Diagnostics
import Glibc
import Platform

/// What the control socket's thread does: hears the issuers, and has the responder answer for them.
///
/// A thread apart from the responder's, so that an issuer is heard whatever strangers send there.
final class ControlLoop {
    /// How many are accepted before the others have their turn.
    private static let acceptsAtOnce = 16

    private let listeners: [ListeningSocket]
    private let responder: Responder
    private let stop: StopSignal
    private let log: Log
    private var peers: ControlPeers
    private var sockets: [ControlPeers.ID: MessageSocket] = [:]
    private var lastID = 0
    private var refusals = 0

    /// Makes ready to hear `users` on `listeners` until `stop` is sent.
    init(
        listeners: [ListeningSocket],
        users: Set<UInt32>,
        responder: Responder,
        stop: StopSignal,
        log: Log
    ) {
        self.listeners = listeners
        self.responder = responder
        self.stop = stop
        self.log = log
        peers = ControlPeers(users: users)
    }

    /// Listens to issuers until it is told to stop.
    func run() {
        while true {
            let connected = sockets.keys.sorted()
            let raws = [stop.raw] + listeners.map(\.raw) + connected.compactMap { sockets[$0]?.raw }
            let isReady = Self.wait(for: raws)
            if isReady[0] { return }
            for (index, peer) in connected.enumerated()
            where isReady[1 + listeners.count + index] {
                receive(from: peer)
            }
            for (index, listener) in listeners.enumerated() where isReady[1 + index] {
                accept(from: listener)
            }
        }
    }

    /// Waits until something happens; tells to which of the descriptors.
    private static func wait(for raws: [Int32]) -> [Bool] {
        var requests = raws.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let count = unsafe poll(&requests, nfds_t(requests.count), -1)
        return requests.map { count > 0 && $0.revents != 0 }
    }

    private func accept(from listener: ListeningSocket) {
        for _ in 0..<Self.acceptsAtOnce {
            switch listener.accept() {
            case .connection(let newcomer):
                lastID += 1
                let socket = MessageSocket(owning: newcomer.take())
                sockets[lastID] = socket
                perform(peers.connected(lastID, user: socket.peerUser))
            case .aborted: continue
            case .nobody: return
            case .exhausted:
                // Whoever waits stays in the queue, and the responder sheds some connection soon.
                usleep(10_000)
                return
            }
        }
    }

    private func receive(from peer: ControlPeers.ID) {
        switch sockets[peer]?.receive(upTo: ControlMessage.longest) {
        case .message(let bytes): perform(peers.received(bytes, from: peer))
        case .tooLong: perform(peers.receivedTooMuch(from: peer))
        case .end: end(peer)
        case .nothing, nil: break
        }
    }

    private func end(_ peer: ControlPeers.ID) {
        sockets[peer] = nil
        perform(peers.disconnected(peer))
    }

    private func perform(_ effects: [ControlPeers.Effect]) {
        for effect in effects {
            switch effect {
            case .publish(let answers): responder.publish(answers)
            case .withdraw(let answers): responder.withdraw(answers)
            case .redirect(let hosts): responder.redirect(hosts.map(\.description))
            case .reply(let peer, let reply): send(reply, to: peer)
            case .close(let peer): close(peer)
            }
        }
    }

    /// Closes a connection so that its last reply is read: the kernel throws it away where something
    /// that the peer has sent is not.
    private func close(_ peer: ControlPeers.ID) {
        guard let socket = sockets.removeValue(forKey: peer) else { return }
        for _ in 0..<Self.acceptsAtOnce {
            switch socket.receive(upTo: ControlMessage.longest) {
            case .message, .tooLong: continue
            case .nothing, .end: return
            }
        }
    }

    private func send(_ reply: ControlReply, to peer: ControlPeers.ID) {
        if case .refused(let reason) = reply { note(reason) }
        do throws(SystemCallError) {
            try sockets[peer]?.send(reply.bytes)
        } catch {
            // One that does not take replies does not listen: it is as good as gone.
            end(peer)
        }
    }

    /// Tells of refusals, ever more seldom: what somebody repeats must not fill the log.
    private func note(_ reason: String) {
        refusals += 1
        guard refusals & (refusals - 1) == 0 else { return }
        log.warning("an issuer was refused", ["reason": reason, "refusals": "\(refusals)"])
    }
}
