import FoundationEssentials
import Sites
import TestSupport
import Testing

/// A file that certctl wrote is known by its first line, and a change of it by the seal there.
@Suite struct ManagedFileTests {
    private let file = ManagedFile(
        path: "certctl-a.test.conf",
        body: Array("server {\n}\n".utf8),
        since: Date(timeIntervalSince1970: 1_800_000_000)
    )

    @Test func `it begins with whose it is, and what to do instead of editing it`() {
        let lines = String(decoding: file.bytes, as: UTF8.self).split(separator: "\n")
        #expect(
            lines[0].hasPrefix(
                "# certctl:managed file=certctl-a.test.conf v=1 since=2027-01-15T08:00:00Z sha256="
            )
        )
        #expect(lines[1].hasPrefix("# Do not edit: "))
        #expect(lines.suffix(2) == ["server {", "}"])
    }

    @Test func `as it was written it is intact`() {
        #expect(ManagedFile.state(of: file.bytes, at: file.path) == .intact)
        #expect(ManagedFile.since(in: file.bytes) == file.since)
        let other = ManagedFile(path: "certctl/tls.inc", body: [])
        #expect(ManagedFile.state(of: other.bytes, at: other.path) == .intact)
        #expect(ManagedFile.since(in: other.bytes) == nil)
    }

    @Test func `a flipped bit anywhere shows`() {
        let mark = "# certctl:managed ".utf8.count
        for index in file.bytes.indices {
            for bit in 0..<8 {
                var bytes = file.bytes
                bytes[index] ^= 1 << UInt8(bit)
                let state = ManagedFile.state(of: bytes, at: file.path)
                // Without the mark it cannot be told that certctl wrote it.
                #expect(state == (index < mark ? .foreign : .changed), "byte \(index), bit \(bit)")
            }
        }
    }

    @Test func `so does a missing end, and one that was added`() {
        let mark = "# certctl:managed ".utf8.count
        for count in file.bytes.indices.dropFirst() {
            let state = ManagedFile.state(of: Array(file.bytes[..<count]), at: file.path)
            #expect(state == (count < mark ? .foreign : .changed))
        }
        #expect(ManagedFile.state(of: file.bytes + [10], at: file.path) == .changed)
    }

    @Test func `in an empty file nobody has anything to lose`() {
        #expect(ManagedFile.state(of: [], at: file.path) == .absent)
    }

    @Test func `a copy in another place is a person's`() {
        #expect(ManagedFile.state(of: file.bytes, at: "certctl-b.test.conf") == .changed)
        #expect(ManagedFile.state(of: file.bytes, at: "certctl-a.test.con") == .changed)
    }

    @Test func `other line ends are a change`() {
        let text = String(decoding: file.bytes, as: UTF8.self)
        let bytes = Array(text.replacing("\n", with: "\r\n").utf8)
        #expect(ManagedFile.state(of: bytes, at: file.path) == .changed)
    }

    @Test(arguments: [
        " ", "server { }", "#certctl:managed ", " # certctl:managed ", "\u{FEFF}# certctl:managed ",
    ])
    func `a file without the mark is another's`(text: String) {
        #expect(ManagedFile.state(of: Array(text.utf8), at: file.path) == .foreign)
        #expect(ManagedFile.since(in: Array(text.utf8)) == nil)
    }

    @Test func `nothing is absent`() {
        #expect(ManagedFile.state(of: nil, at: file.path) == .absent)
    }

    @Test(arguments: ["since=", "since=yesterday", "since=2027-13-41T08:00:00Z", ""])
    func `a time that cannot be is none`(word: String) {
        let text = "# certctl:managed file=x v=1 \(word) sha256=0\n"
        #expect(ManagedFile.since(in: Array(text.utf8)) == nil)
    }

    @Test func `random bytes after the mark are no file of certctl's`() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<2000 {
            let count = Int.random(in: 0...200, using: &random)
            let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let bytes = Array("# certctl:managed ".utf8) + noise
            #expect(ManagedFile.state(of: bytes, at: file.path) == .changed)
            _ = ManagedFile.since(in: bytes)
        }
    }

    @Test func `names are told apart from those of others`() {
        for path in ["certctl-a.conf", "certctl-00-http.conf", "certctl/tls.inc"] {
            #expect(ManagedFile.isManaged(path))
            #expect(ManagedFilePlan.concerns(path))
            #expect(ManagedFilePlan.concerns(path + ".new"))
            #expect(!ManagedFile.isManaged(path + ".new"))
        }
        for path in [
            "certctl.conf", "a.conf", "certctl/a.conf", "certctl/x/a.inc", "x/certctl-a.conf",
            ".new",
        ] {
            #expect(!ManagedFile.isManaged(path))
            #expect(!ManagedFilePlan.concerns(path))
        }
    }
}
