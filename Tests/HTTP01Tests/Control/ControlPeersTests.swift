import ACME
import Testing

@testable import HTTP01

@Suite struct ControlPeersTests {
    private static let user: UInt32 = 1000

    private func peers(_ count: Int = 1) -> ControlPeers {
        var peers = ControlPeers(users: [0, Self.user])
        for id in 0..<count { _ = peers.connected(id, user: Self.user) }
        return peers
    }

    @Test func `root and the service's own user may connect`() {
        var peers = peers(0)
        #expect(peers.connected(1, user: 0).isEmpty)
        #expect(peers.connected(2, user: Self.user).isEmpty)
        #expect(peers.count == 2)
    }

    @Test(arguments: [1001, nil] as [UInt32?])
    func `another user is refused`(user: UInt32?) {
        var peers = peers(0)
        let effects = peers.connected(1, user: user)
        #expect(effects == refused(1, "this user may not publish answers"))
        #expect(peers.count == 0)
    }

    @Test func `there is an end to connections`() {
        var peers = peers(ControlPeers.mostPeers)
        let effects = peers.connected(999, user: Self.user)
        #expect(effects == refused(999, "too many connections"))
        #expect(peers.count == ControlPeers.mostPeers)
    }

    @Test func `what is published is acknowledged after it is`() throws {
        var peers = peers()
        let answers = [try keyAuthorization()]
        let effects = peers.received(ControlMessage.publish(answers).bytes, from: 0)
        #expect(effects == [.publish(answers), .reply(0, .accepted)])
    }

    @Test func `when a connection ends, all that came over it is withdrawn, and nothing else`()
        throws
    {
        var peers = peers(2)
        let answers = try ["A", "B", "C"].map { try keyAuthorization($0) }
        _ = peers.received(ControlMessage.publish([answers[0]]).bytes, from: 0)
        _ = peers.received(ControlMessage.publish([answers[1]]).bytes, from: 0)
        _ = peers.received(ControlMessage.publish([answers[2]]).bytes, from: 1)
        #expect(peers.disconnected(0) == [.withdraw([answers[0], answers[1]])])
        #expect(peers.disconnected(0).isEmpty)
    }

    @Test func `hosts stay when the connection has ended`() throws {
        var peers = peers()
        let hosts = [try DomainName("example.com")]
        let effects = peers.received(ControlMessage.redirect(hosts).bytes, from: 0)
        #expect(effects == [.redirect(hosts), .reply(0, .accepted)])
        #expect(peers.disconnected(0).isEmpty)
    }

    @Test func `nonsense ends the connection, and what came over it is withdrawn`() throws {
        var peers = peers()
        let answers = [try keyAuthorization()]
        _ = peers.received(ControlMessage.publish(answers).bytes, from: 0)
        let effects = peers.received([0x7B], from: 0)
        #expect(effects == [.withdraw(answers)] + refused(0, "the message cannot be understood"))
        #expect(peers.received(ControlMessage.publish(answers).bytes, from: 0).isEmpty)
    }

    @Test func `too long a message ends the connection`() {
        var peers = peers()
        #expect(peers.receivedTooMuch(from: 0) == refused(0, "the message is too long"))
        #expect(peers.count == 0)
    }

    @Test func `there is an end to what one issuer publishes`() throws {
        var peers = peers()
        let answers = Array(repeating: try keyAuthorization(), count: ControlMessage.mostEntries)
        let message = ControlMessage.publish(answers).bytes
        for _ in 0..<(ControlPeers.mostAnswers / answers.count) {
            #expect(peers.received(message, from: 0).last == .reply(0, .accepted))
        }
        let effects = peers.received(message, from: 0)
        #expect(effects.suffix(2) == refused(0, "too many answers"))
    }

    @Test func `there is an end to hosts, and one that is known counts once`() throws {
        var peers = peers()
        let all = try (0..<ControlPeers.mostHosts).map { try DomainName("n\($0).example") }
        for start in stride(from: 0, to: all.count, by: ControlMessage.mostEntries) {
            let part = Array(all[start..<(start + ControlMessage.mostEntries)])
            let effects = peers.received(ControlMessage.redirect(part).bytes, from: 0)
            #expect(effects.last == .reply(0, .accepted))
        }
        let known = ControlMessage.redirect([all[7]]).bytes
        #expect(peers.received(known, from: 0).last == .reply(0, .accepted))
        let more = ControlMessage.redirect([try DomainName("one.more.example")]).bytes
        #expect(peers.received(more, from: 0) == refused(0, "too many hosts"))
    }

    private func refused(_ peer: ControlPeers.ID, _ reason: String) -> [ControlPeers.Effect] {
        [.reply(peer, .refused(reason)), .close(peer)]
    }
}
