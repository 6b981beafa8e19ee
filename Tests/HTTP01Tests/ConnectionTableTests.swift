import Glibc
import Platform
import Testing

@testable import HTTP01

@Suite struct ConnectionTableTests {
    private let start = ContinuousClock.now

    @Test func `when all slots are taken the one nearest its deadline gives way`() throws {
        var table = ConnectionTable(capacity: 3)
        let ids = try (1...4).map { try insert(into: &table, after: .seconds($0)) }
        #expect(ids.map { table[$0] != nil } == [false, true, true, true])
    }

    @Test func `a connection with a new deadline is the last to give way`() throws {
        var table = ConnectionTable(capacity: 3)
        let ids = try (1...3).map { try insert(into: &table, after: .seconds($0)) }
        table.renewed(ids[0])
        _ = try insert(into: &table, after: .seconds(4))
        #expect(ids.map { table[$0] != nil } == [true, false, true])
    }

    @Test func `a slot that is used again has another name`() throws {
        var table = ConnectionTable(capacity: 1)
        let first = try insert(into: &table, after: .zero)
        table.remove(first)
        let second = try insert(into: &table, after: .zero)
        #expect(first.slot == second.slot)
        #expect(table[first] == nil)
        #expect(table[second] != nil)
    }

    @Test func `removing by an old name leaves the newcomer alone`() throws {
        var table = ConnectionTable(capacity: 1)
        let first = try insert(into: &table, after: .zero)
        table.remove(first)
        let second = try insert(into: &table, after: .zero)
        table.remove(first)
        #expect(table[second] != nil)
    }

    @Test func `connections whose deadline has come are closed`() throws {
        var table = ConnectionTable(capacity: 3)
        let early = try insert(into: &table, after: .zero)
        let late = try insert(into: &table, after: .seconds(1))
        table.removeExpired(at: start + Responder.Limits().requestTime)
        #expect(table[early] == nil)
        #expect(table[late] != nil)
        #expect(table.nearest?.id == late)
    }

    @Test func `an empty table waits for no deadline`() throws {
        var table = ConnectionTable(capacity: 1)
        #expect(table.nearest == nil)
        table.remove(try insert(into: &table, after: .zero))
        #expect(table.nearest == nil)
    }

    private func insert(
        into table: inout ConnectionTable,
        after delay: Duration
    ) throws -> ConnectionID {
        let raw = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        try #require(raw >= 0)
        let connection = ResponderConnection(limits: Responder.Limits(), at: start + delay)
        return table.insert(Descriptor(owning: raw), connection).id
    }
}
