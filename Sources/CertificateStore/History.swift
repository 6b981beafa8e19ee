package import FoundationEssentials
import Platform

/// A line of the history as it was found; one that a newer version has written is one too.
package struct PastEvent: Equatable, Sendable {
    package let time: Date
    package let event: String
    package let lineage: String?
    package let detail: String
    /// The whole line, an object of JSON.
    package let json: String
}

/// Which part of the history is wanted.
package struct HistoryQuery: Sendable {
    /// The events of this lineage only.
    package var lineage: LineageName?
    /// Nothing that happened before.
    package var since: Date?
    /// The last events only, so many of them.
    package var last: Int?

    package init(lineage: LineageName? = nil, since: Date? = nil, last: Int? = nil) {
        self.lineage = lineage
        self.since = since
        self.last = last
    }
}

/// What has happened, the earliest first.
package struct History: Equatable, Sendable {
    package var events: [PastEvent] = []
    /// How many lines could not be read and were passed over.
    package var damagedLines = 0
}

extension CertificateStore {
    /// Reads the history from its end, of all who write one, in the order of time.
    package func history(_ query: HistoryQuery) throws -> History {
        var history = History()
        var readers: [HistoryReader] = []
        defer { for index in readers.indices { readers[index].close() } }
        for log in [events, deployEvents, watchEvents] {
            var reader = HistoryReader(try log.lines())
            try reader.advance(&history.damagedLines)
            readers.append(reader)
        }
        let most = query.last ?? .max
        while history.events.count < most {
            let latest = readers.indices.filter { readers[$0].event != nil }
                // Of one second: what was issued came before it was deployed, and that before it was seen.
                .max { (readers[$0].time, $0) < (readers[$1].time, $1) }
            guard let latest, let event = readers[latest].event else { break }
            // One line may be of a clock that was wrong: it tells nothing of those before it.
            let isAskedFor =
                event.time >= query.since ?? .distantPast
                && (query.lineage == nil || event.lineage == query.lineage?.description)
            if isAskedFor {
                history.events.append(event)
                // What comes before is not looked at: it may be long.
                guard history.events.count < most else { break }
            }
            try readers[latest].advance(&history.damagedLines)
        }
        history.events.reverse()
        return history
    }
}

extension CertificateStore {
    /// What lies further back in the history is not looked for.
    private static let readLines = 2000

    /// The last failure to get a certificate for a lineage that has none, as far as the end of the
    /// history tells.
    package func lastFailedOrder(of name: LineageName) throws -> PastEvent? {
        var lines = try events.lines()
        defer { lines.close() }
        for _ in 0..<Self.readLines {
            guard let line = try lines.next() else { break }
            guard let event = PastEvent(line), event.lineage == name.description else { continue }
            let kinds: [Event.Kind] = [.failed, .held]
            return kinds.contains { $0.rawValue == event.event } ? event : nil
        }
        return nil
    }
}

/// One file's events from the last to the first, each looked at before it is taken.
private struct HistoryReader {
    private var lines: BackwardLines
    private(set) var event: PastEvent?

    init(_ lines: BackwardLines) {
        self.lines = lines
    }

    var time: Date { event?.time ?? .distantPast }

    /// Goes on to the event before, and counts the lines that are none.
    mutating func advance(_ damagedLines: inout Int) throws(FileSystemError) {
        event = nil
        while let line = try lines.next() {
            event = PastEvent(line)
            if event != nil { return }
            damagedLines += 1
        }
    }

    mutating func close() {
        lines.close()
    }
}

extension PastEvent {
    /// The members that every version writes.
    private struct Members: Decodable {
        let time: Date
        let event: String
        let lineage: String?
        let detail: String?
    }

    /// Reads a line; `nil` where it is damaged.
    fileprivate init?(_ line: ArraySlice<UInt8>) {
        guard let members = try? StoreJSON.decode(Members.self, line) else { return nil }
        time = members.time
        event = members.event
        lineage = members.lineage
        detail = members.detail ?? ""
        json = String(decoding: line, as: UTF8.self)
    }
}
