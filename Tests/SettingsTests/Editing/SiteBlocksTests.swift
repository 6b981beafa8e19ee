import Nginx
import Testing

@testable import Settings

/// A block is added, changed or taken out, and no other byte.
@Suite struct SiteBlocksTests {
    private let text = """
        # mine
        ca letsencrypt;   # not another one

        site a.test www.a.test {
            to frontend:3000;   # the app
        }

        # the console
        site p.test { kind portainer; to portainer:9000; }
        """

    private func blocks(_ text: String) throws -> SiteBlocks {
        try SiteBlocks(Array(text.utf8), path: "/etc/certctl.conf", names: SettingsTexts.names)
    }

    private func edited(
        _ text: String,
        _ edits: (SiteBlocks) throws -> [SpanEdit]
    ) throws -> String {
        let bytes = try SpanEdit.apply(try edits(blocks(text)), to: Array(text.utf8))
        let result = String(decoding: bytes, as: UTF8.self)
        _ = try SettingsTexts.read(result)
        return result
    }

    private let added = Directive(
        "site",
        "b.test",
        body: .block([Directive("kind", "websocket"), Directive("to", "echo:80")])
    )

    @Test func `a block is found by any of its hosts`() throws {
        let blocks = try blocks(text)
        #expect(blocks.block(of: "www.a.test")?.settings.certificate.names.count == 2)
        #expect(blocks.block(of: "p.test")?.settings.kind == .portainer)
        #expect(blocks.block(of: "b.test") == nil)
    }

    @Test func `what a block says is told as it stands there`() throws {
        let blocks = try blocks(text)
        let block = try #require(blocks.block(of: "p.test"))
        #expect(
            String(decoding: blocks.text(of: block), as: UTF8.self)
                == "site p.test { kind portainer; to portainer:9000; }"
        )
    }

    @Test func `a block is added behind all that is there`() throws {
        let block = "site b.test {\n    kind websocket;\n    to echo:80;\n}\n"
        #expect(try edited(text) { try $0.adding(added) } == "\(text)\n\n\(block)")
        #expect(try edited("\(text)\n") { try $0.adding(added) } == "\(text)\n\n\(block)")
        #expect(try edited("") { try $0.adding(added) } == block)
    }

    @Test func `lines end as they do in the file`() throws {
        let result = try edited("ca letsencrypt;\r\n") { try $0.adding(added) }
        #expect(
            result
                == "ca letsencrypt;\r\n\r\nsite b.test {\r\n    kind websocket;\r\n    to echo:80;\r\n}\r\n"
        )
    }

    @Test func `a block that was added and taken out again leaves the file as it was`() throws {
        for end in ["\n", "\r\n"] {
            let before = (text + "\n").replacing("\n", with: end)
            let after = try edited(before) { try $0.adding(added) }
            let again = try edited(after) { blocks in
                blocks.removing(try #require(blocks.block(of: "b.test")))
            }
            #expect(again == before)
        }
    }

    @Test func `a block is taken out of the middle, and comments stay`() throws {
        let result = try edited(text) { blocks in
            blocks.removing(try #require(blocks.block(of: "a.test")))
        }
        #expect(
            result == """
                # mine
                ca letsencrypt;   # not another one

                # the console
                site p.test { kind portainer; to portainer:9000; }
                """
        )
    }

    @Test func `two blocks on one line are two`() throws {
        let result = try edited("site a.test { to a:1; } site b.test { to b:1; }\n") { blocks in
            blocks.removing(try #require(blocks.block(of: "b.test")))
        }
        #expect(result == "site a.test { to a:1; } \n")
    }

    @Test func `where a site leads is changed in its place`() throws {
        let result = try edited(text) { blocks in
            let block = try #require(blocks.block(of: "a.test"))
            return try blocks.setting(block, to: ["b:1", "c:2"], kind: nil)
        }
        #expect(result == text.replacing("frontend:3000", with: "b:1 c:2"))
    }

    @Test func `what a block has not is put at its beginning`() throws {
        let result = try edited(text) { blocks in
            let block = try #require(blocks.block(of: "a.test"))
            return try blocks.setting(block, to: ["frontend:3000"], kind: "websocket")
        }
        #expect(
            result
                == text.replacing(
                    "www.a.test {\n",
                    with: "www.a.test {\n    kind websocket;\n"
                )
        )
    }

    @Test func `the second time nothing is changed`() throws {
        let blocks = try blocks(text)
        let block = try #require(blocks.block(of: "p.test"))
        #expect(try blocks.setting(block, to: ["portainer:9000"], kind: "portainer").isEmpty)
    }

    @Test func `no value gets out of its directive`() throws {
        let evil = Directive(
            "site",
            "b.test",
            body: .block([Directive("to", "a:1"), Directive("raw", body: .block([]))])
        )
        #expect(try edited(text) { try $0.adding(evil) }.contains("to a:1;"))
        let blocks = try blocks(text)
        let block = try #require(blocks.block(of: "p.test"))
        let edits = try blocks.setting(block, to: ["x:1; } site c.test { to y:1"], kind: nil)
        let bytes = try SpanEdit.apply(edits, to: Array(text.utf8))
        #expect(throws: SettingsError.self) {
            try SettingsTexts.read(String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test func `a file with a fault is not touched`() {
        #expect(throws: SettingsError.self) { try blocks("site a.test { too frontend:3000; }") }
    }
}
