import ACME

/// Who is connected to the responder's service, and what each has published.
///
/// Does no I/O: its owner reports what happens and performs each ``Effect``, in order.
struct ControlPeers {
    /// Names a connection for as long as the service runs.
    typealias ID = Int

    /// What is to be done.
    enum Effect: Equatable {
        case publish([KeyAuthorization])
        case withdraw([KeyAuthorization])
        case redirect([DomainName])
        case reply(ID, ControlReply)
        case close(ID)
    }

    /// How many may be connected.
    static let mostPeers = 64
    /// How many answers each may have published.
    static let mostAnswers = 1000
    /// How many hosts are redirected, whoever named them.
    static let mostHosts = 10_000

    private let users: Set<UInt32>
    private var published: [ID: [KeyAuthorization]] = [:]
    private var hosts: Set<DomainName> = []

    /// Makes the state of a service that listens to these users and to no others.
    init(users: Set<UInt32>) {
        self.users = users
    }

    /// How many are connected.
    var count: Int { published.count }

    /// Somebody has connected, as `user` if the kernel knows.
    mutating func connected(_ peer: ID, user: UInt32?) -> [Effect] {
        guard let user, users.contains(user) else {
            return refuse(peer, "this user may not publish answers")
        }
        guard published.count < Self.mostPeers else { return refuse(peer, "too many connections") }
        published[peer] = []
        return []
    }

    /// A message has come from somebody who is connected.
    mutating func received(_ bytes: [UInt8], from peer: ID) -> [Effect] {
        guard published[peer] != nil else { return [] }
        let message: ControlMessage
        do throws(ControlReply) {
            message = try ControlMessage(bytes)
        } catch {
            return disconnected(peer) + [.reply(peer, error), .close(peer)]
        }
        switch message {
        case .publish(let answers): return publish(answers, of: peer)
        case .redirect(let names): return redirect(names, of: peer)
        }
    }

    /// What came was longer than any message.
    mutating func receivedTooMuch(from peer: ID) -> [Effect] {
        disconnected(peer) + refuse(peer, "the message is too long")
    }

    /// A connection has ended, whoever ended it: what was published over it is withdrawn.
    mutating func disconnected(_ peer: ID) -> [Effect] {
        let answers = published.removeValue(forKey: peer) ?? []
        return answers.isEmpty ? [] : [.withdraw(answers)]
    }

    private mutating func publish(_ answers: [KeyAuthorization], of peer: ID) -> [Effect] {
        let count = (published[peer]?.count ?? 0) + answers.count
        guard count <= Self.mostAnswers else {
            return disconnected(peer) + refuse(peer, "too many answers")
        }
        published[peer, default: []] += answers
        return [.publish(answers), .reply(peer, .accepted)]
    }

    private mutating func redirect(_ names: [DomainName], of peer: ID) -> [Effect] {
        let all = hosts.union(names)
        guard all.count <= Self.mostHosts else {
            return disconnected(peer) + refuse(peer, "too many hosts")
        }
        hosts = all
        return [.redirect(names), .reply(peer, .accepted)]
    }

    private func refuse(_ peer: ID, _ reason: String) -> [Effect] {
        [.reply(peer, .refused(reason)), .close(peer)]
    }
}
