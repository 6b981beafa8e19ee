import Glibc
import Platform
import Testing

@testable import HTTP01

@Suite struct ConnectionTableTests {
    private let start = ContinuousClock.now

    @Test func `when all slots are taken the one nearest its deadline gives way`() throws {
        var table = ConnectionTable(capacity: 3, share: 64)
        let ids = try (1...4).map { try insert(into: &table, after: .seconds($0)) }
        #expect(ids.map { table[$0] != nil } == [false, true, true, true])
    }

    @Test func `a connection with a new deadline is the last to give way`() throws {
        var table = ConnectionTable(capacity: 3, share: 64)
        let ids = try (1...3).map { try insert(into: &table, after: .seconds($0)) }
        table.renewed(ids[0])
        _ = try insert(into: &table, after: .seconds(4))
        #expect(ids.map { table[$0] != nil } == [true, false, true])
    }

    @Test func `a slot that is used again has another name`() throws {
        var table = ConnectionTable(capacity: 1, share: 64)
        let first = try insert(into: &table, after: .zero)
        table.remove(first)
        let second = try insert(into: &table, after: .zero)
        #expect(first.slot == second.slot)
        #expect(table[first] == nil)
        #expect(table[second] != nil)
    }

    @Test func `removing by an old name leaves the newcomer alone`() throws {
        var table = ConnectionTable(capacity: 1, share: 64)
        let first = try insert(into: &table, after: .zero)
        table.remove(first)
        let second = try insert(into: &table, after: .zero)
        table.remove(first)
        #expect(table[second] != nil)
    }

    @Test func `connections whose deadline has come are closed`() throws {
        var table = ConnectionTable(capacity: 3, share: 64)
        let early = try insert(into: &table, after: .zero)
        let late = try insert(into: &table, after: .seconds(1))
        table.removeExpired(at: start + Responder.Limits().requestTime)
        #expect(table[early] == nil)
        #expect(table[late] != nil)
        #expect(table.nearest?.id == late)
    }

    @Test func `an empty table waits for no deadline`() throws {
        var table = ConnectionTable(capacity: 1, share: 64)
        #expect(table.nearest == nil)
        table.remove(try insert(into: &table, after: .zero))
        #expect(table.nearest == nil)
    }

    @Test func `a network with more than its share gives one of its own up`() throws {
        var table = ConnectionTable(capacity: 9, share: 2)
        let other = try insert(into: &table, after: .zero, from: "198.51.100.1")
        let ours = try insert(into: &table, after: .zero, from: nil)
        let ids = try (1...3).map { number in
            try insert(into: &table, after: .seconds(number), from: "192.0.2.\(number)")
        }
        #expect(ids.map { table[$0] != nil } == [false, true, true])
        #expect(table[other] != nil && table[ours] != nil)
    }

    private func insert(
        into table: inout ConnectionTable,
        after delay: Duration,
        from address: String? = nil
    ) throws -> ConnectionID {
        let raw = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        try #require(raw >= 0)
        let connection = ResponderConnection(limits: Responder.Limits(), at: start + delay)
        let newcomer = ListeningSocket.Newcomer(
            Descriptor(owning: raw),
            from: address.flatMap(PeerNetwork.init)
        )
        return table.insert(newcomer, connection).id
    }
}
