import Glibc
import TestSupport
import Testing

@testable import Platform

/// systemd.exec(5): `JOURNAL_STREAM` tells which stream is the journal's.
@Suite struct JournalStreamTests {
    @Test(arguments: ["", "1", "1:", ":1", "a:b", "1:2:3", "-1:2", "1:2 "])
    func `what is no pair of numbers is no stream`(text: String) {
        #expect(JournalStream(text) == nil)
    }

    @Test func `the descriptor of that device and inode is connected to it, and no other`() throws {
        let directory = try TemporaryDirectory()
        let journal = try POSIXFileSystem().open(directory("journal"), .creating(.privateFile))
        let other = try POSIXFileSystem().open(directory("other"), .creating(.privateFile))
        defer { for file in [journal, other] { POSIXFileSystem().closeQuietly(file) } }
        var status = stat()
        #expect(unsafe fstat(journal.number, &status) == 0)
        let stream = try #require(JournalStream("\(status.st_dev):\(status.st_ino)"))
        #expect(stream.isConnected(to: journal.number))
        #expect(!stream.isConnected(to: other.number))
        #expect(!stream.isConnected(to: -1))
    }

    @Test func `a service manager is asked for it`() {
        let manager = ServiceManager { $0 == "JOURNAL_STREAM" ? "8:15" : nil }
        #expect(manager.journal == JournalStream("8:15"))
        #expect(ServiceManager().journal == nil)
    }
}
