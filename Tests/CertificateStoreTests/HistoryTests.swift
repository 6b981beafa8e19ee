import FoundationEssentials
import Platform
import TestSupport
import Testing

@testable import CertificateStore

/// The history of all who write one, in the order of time.
@Suite struct HistoryTests {
    private let fixture: StoreFixture
    private let other: LineageName

    init() throws {
        fixture = try StoreFixture()
        other = try #require(LineageName("other.example"))
        fixture.disk.put(directory: "/home/lib-parent/lib/watch")
    }

    private var store: CertificateStore { fixture.store }
    private var logs: [EventLog] { [store.events, store.deployEvents, store.watchEvents] }

    private func write(_ hours: Int, to log: Int, of name: LineageName? = nil) throws {
        let time = StoreFixture.now + Double(hours) * 3600
        try logs[log].write(Event(.issued, name ?? fixture.name, at: time, detail: "\(hours)"))
    }

    private func details(_ query: HistoryQuery = HistoryQuery()) throws -> [String] {
        try store.history(query).events.map(\.detail)
    }

    @Test func `without a history there are no events`() throws {
        #expect(try store.history(HistoryQuery()) == History())
    }

    @Test func `what several have written is merged by time`() throws {
        for (hours, log) in [(1, 0), (4, 0), (2, 1), (5, 1), (3, 2)] { try write(hours, to: log) }
        #expect(try details() == ["1", "2", "3", "4", "5"])
    }

    @Test func `of one second what was issued comes before it was deployed`() throws {
        for log in [1, 2, 0] {
            let time = StoreFixture.now
            try logs[log].write(Event(.issued, fixture.name, at: time, detail: "\(log)"))
        }
        #expect(try details() == ["0", "1", "2"])
        #expect(try details(HistoryQuery(last: 1)) == ["2"])
    }

    @Test func `the last ones are the latest of all`() throws {
        for (hours, log) in [(1, 0), (4, 0), (2, 1), (5, 1), (3, 2)] { try write(hours, to: log) }
        #expect(try details(HistoryQuery(last: 2)) == ["4", "5"])
        #expect(try details(HistoryQuery(last: 0)).isEmpty)
    }

    @Test func `what happened before a moment is left out, the moment itself is not`() throws {
        for hours in 1...4 { try write(hours, to: 0) }
        let since = StoreFixture.now + 3 * 3600
        #expect(try details(HistoryQuery(since: since)) == ["3", "4"])
    }

    @Test func `a line of a wrong clock hides nothing before it`() throws {
        try write(1, to: 0)
        try logs[0].write(
            Event(.failed, fixture.name, at: Date(timeIntervalSince1970: 60), detail: "1970")
        )
        try write(2, to: 0)
        #expect(try details(HistoryQuery(since: StoreFixture.now)) == ["1", "2"])
    }

    @Test func `the events of one lineage are found among others`() throws {
        try write(1, to: 0)
        try write(2, to: 0, of: other)
        try write(3, to: 1, of: other)
        try write(4, to: 1)
        #expect(try details(HistoryQuery(lineage: other, last: 1)) == ["3"])
        #expect(try details(HistoryQuery(lineage: other)) == ["2", "3"])
    }

    @Test func `damaged lines are passed over and counted`() throws {
        try write(1, to: 0)
        let path = store.layout.events
        let whole = try fixture.disk.readFile(path, limit: 1000)
        let damaged = Array("{\"time\":\"yesterday\",\"event\":\"issued\"}\n\u{0}\n[]\n{}\n".utf8)
        fixture.disk.put(path, whole + damaged + whole)
        let history = try store.history(HistoryQuery())
        #expect(history.events.count == 2)
        #expect(history.damagedLines == 4)
    }

    @Test func `an event of a newer version is one too, and its line stays as it is`() throws {
        let line = #"{"colour":"red","event":"painted","time":"2027-01-15T08:00:00Z"}"#
        fixture.disk.put(store.layout.events, Array("\(line)\n".utf8))
        let event = try #require(try store.history(HistoryQuery()).events.first)
        #expect(event.json == line)
        #expect(event.event == "painted")
        #expect(event.lineage == nil)
        #expect(event.detail.isEmpty)
    }
}
