import Nginx
import TestSupport
import Testing

/// Every edit can be taken back, also when others have changed the file since.
@Suite struct UndoTests {
    private static let before = """
        # sites
        server {
            listen 80;
            server_name a.test;
            return 301 https://$host$request_uri;
        }

        server {
            listen 443 ssl;
            server_name a.test;
            ssl_certificate /old.pem;
            ssl_certificate_key /old.key;
            root /srv;
        }

        server { listen 443 ssl; server_name b.test; ssl_certificate /b; ssl_certificate_key /b; }
        """
    private static let path = "/etc/nginx/site"

    private func session() throws -> EditSession {
        let files = NginxFiles(http: "include site;", [Self.path: Self.before])
        return try InPlace().run(on: files.read())
    }

    private func edited(_ session: EditSession) throws -> String {
        try #require(session.changes[Self.path]).string
    }

    private func restore(_ undo: Undo, _ text: String) -> String? {
        guard case .restored(let bytes) = undo.restore(Self.path, from: Array(text.utf8)) else {
            return nil
        }
        return bytes.string
    }

    @Test func `a file that nobody has changed is as it was`() throws {
        let session = try session()
        #expect(session.undo.files == [Self.path])
        #expect(try edited(session) != Self.before)
        #expect(restore(session.undo, try edited(session)) == Self.before)
    }

    /// Each is a change that a user makes to both the file as it was and the file as it is.
    @Test(
        arguments: [
            ("# sites\n", "# my sites\n\n# more\n"), ("    root /srv;\n", "    root /srv/www;\n"),
            ("server_name b.test;", "server_name b.test c.test;"), ("    listen 80;\n", ""),
            ("    root /srv;\n}\n", "    root /srv;\n}\nserver { listen 8080; }\n"),
        ]
    )
    func `what users have changed elsewhere stays`(text: String, other: String) throws {
        let session = try session()
        func changed(_ file: String) throws -> String {
            let parts = file.split(separator: text, maxSplits: 1, omittingEmptySubsequences: false)
            try #require(parts.count == 2)
            return parts.joined(separator: other)
        }
        #expect(restore(session.undo, try changed(edited(session))) == (try changed(Self.before)))
    }

    @Test func `lines that a user has taken away are told, and nothing is changed`() throws {
        let session = try session()
        let changed = try edited(session).split(separator: "\n").filter {
            !$0.contains("a.test.conf")
        }.joined(separator: "\n")
        guard case .byHand(let lost) = session.undo.restore(Self.path, from: Array(changed.utf8))
        else {
            Issue.record("restored")
            return
        }
        #expect(lost.map(\.remedy).contains { $0.hasPrefix("replace by what was there: include") })
    }

    @Test func `a place that could be two is told, and nothing is changed`() throws {
        let session = try session()
        let file = try edited(session)
        guard case .byHand = session.undo.restore(Self.path, from: Array(("\n" + file + file).utf8))
        else {
            Issue.record("restored")
            return
        }
    }

    @Test func `taking back a second time changes nothing`() throws {
        let session = try session()
        #expect(restore(session.undo, Self.before) == nil)
        #expect(restore(session.undo, "") == nil)
    }

    @Test func `a file without edits stays as it is`() throws {
        let undo = try session().undo
        #expect(undo.restore("/other", from: [1, 2]) == .restored([1, 2]))
    }

    @Test func `a record is text, and comes back from it`() throws {
        let undo = try session().undo
        let text = undo.encoded()
        #expect(try Undo(decoding: text) == undo)
        #expect(text.string.hasPrefix("certctl-undo 1\nstep\nfile /etc/nginx/site\noffset "))
        #expect(text.allSatisfy { $0 == 0x0A || (0x20..<0x7F).contains($0) })
        #expect(try Undo(decoding: Undo().encoded()).isEmpty)
    }

    @Test func `a record with a byte changed, or cut off, is refused or the same size`() throws {
        let text = try session().undo.encoded()
        for count in 0..<text.count {
            #expect(throws: UndoError.self) { try Undo(decoding: Array(text.prefix(count))) }
        }
        #expect(throws: UndoError.self) { try Undo(decoding: text + [0x0A]) }
        for index in text.indices {
            var other = text
            other[index] = 0x00
            #expect(throws: UndoError.self) { try Undo(decoding: other) }
        }
    }

    @Test(
        arguments: [
            "", "end 0\n", "certctl-undo 2\nend 1\n", "certctl-undo 1\nend 2\n",
            "certctl-undo 1\nstep\nend 2\n", "certctl-undo 1\nstep\nfile /a\nend 3\n",
            "file a\nR", "file /a%00\nR", "file /a%FF\nR", "file /a%2\nR", "file /a%2f\nR",
            "file /a\noffset -1\nV", "file /a\noffset 01\nV", "file /a\noffset 9999999999999\nV",
            "file /a\noffset 99999999999999999999\nV", "file /a\nRR", "file /a\nRfile /a\nR",
            "file /a\noffset 1\nold\nnew a\nbefore \nafter \n",
            "file /a\noffset 1\nnew a\nold a\nbefore \nafter \n",
            "file /a\noffset 1\nold a b\nnew a\nbefore \nafter \n",
        ]
    )
    func `what is no record is refused`(text: String) {
        let values = "old \nnew ab\nbefore \nafter \n"
        var body = text.split(separator: "R", omittingEmptySubsequences: false)
            .joined(separator: "offset 1\n" + values)
        body = body.split(separator: "V", omittingEmptySubsequences: false)
            .joined(separator: values)
        if text.hasPrefix("file") {
            let lines = body.utf8.count { $0 == 0x0A } + 2
            body = "certctl-undo 1\nstep\n\(body)end \(lines)\n"
        }
        #expect(throws: UndoError.self) { try Undo(decoding: Array(body.utf8)) }
    }

    @Test func `the form of these records is the one that is read`() throws {
        let body = "file /a\noffset 1\nold \nnew ab\nbefore \nafter \n"
        let undo = try Undo(decoding: Array("certctl-undo 1\nstep\n\(body)end 8\n".utf8))
        #expect(undo.restore("/a", from: Array("xabx".utf8)) == .restored(Array("xx".utf8)))
    }

    @Test func `a record that is too large is refused`() {
        let bytes = [UInt8](repeating: 0x61, count: Undo.largest + 1)
        #expect(throws: UndoError.tooLarge(limit: Undo.largest)) { try Undo(decoding: bytes) }
    }
}
