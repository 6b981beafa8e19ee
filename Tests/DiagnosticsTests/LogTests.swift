import Diagnostics
import Synchronization
import Testing

/// What of a run's story is told, and in which form.
@Suite struct LogTests {
    /// Collects what is told.
    private final class Lines: Sendable {
        private let entries = Mutex<[Log.Entry]>([])

        var all: [Log.Entry] { entries.withLock { $0 } }

        func log(from threshold: Log.Level) -> Log {
            Log(threshold: threshold) { entry in self.entries.withLock { $0.append(entry) } }
        }
    }

    @Test(
        arguments: [
            (Log.Level.debug, ["at debug", "at info", "at notice", "at warning", "at error"]),
            (.info, ["at info", "at notice", "at warning", "at error"]),
            (.notice, ["at notice", "at warning", "at error"]),
            (.warning, ["at warning", "at error"]),
            (.error, ["at error"]),
        ]
    )
    func `lines below the threshold are left out`(threshold: Log.Level, messages: [String]) {
        let lines = Lines()
        let log = lines.log(from: threshold)
        log.debug("at debug")
        log.info("at info")
        log.notice("at notice")
        log.warning("at warning")
        log.error("at error")
        #expect(lines.all.map(\.message) == messages)
    }

    @Test func `a line keeps its level, its sentence and its fields`() throws {
        let lines = Lines()
        lines.log(from: .debug).notice("certificate issued", ["lineage": "example.com"])
        let entry = try #require(lines.all.first)
        #expect(entry.level == .notice)
        #expect(entry.message == "certificate issued")
        #expect(entry.fields == ["lineage": "example.com"])
    }

    @Test func `fields are harmless to print`() {
        let lines = Lines()
        lines.log(from: .debug).warning("refused", ["detail": "no\n\u{1B}[2Jerror: forged"])
        #expect(lines.all.map(\.fields) == [["detail": "no ·[2Jerror: forged"]])
    }

    @Test func `the fields of a line that is left out are never put together`() {
        func expensive() -> [String: String] {
            Issue.record("the fields were asked for")
            return [:]
        }
        Lines().log(from: .warning).debug("answer", expensive())
    }
}
