import TestSupport
import Testing

@testable import Commands

/// What `certctl site` answers.
@Suite struct SiteCommandTests {
    private func show(isJSON: Bool) async throws -> String {
        let screen = Screen()
        let disk = MemoryFileSystem()
        let text = "site a.test b.test { kind websocket; to app:80; }\n"
        disk.put("/home/etc/certctl.conf", Array(text.utf8))
        let words = try ParsedArguments(["show", "b.test"], options: SiteCommand.options)
        try await SiteCommand(words).run(
            in: .test(on: screen, isJSON: isJSON, fileSystem: disk)
        )
        return screen.output
    }

    @Test func `a site is shown as it stands, or as a line of JSON with its facts`() async throws {
        let block = "site a.test b.test { kind websocket; to app:80; }"
        #expect(try await show(isJSON: false) == block + "\n")
        let facts =
            #""kind":"websocket","names":["a.test","b.test"],"text":"\#(block)","to":["app:80"]"#
        #expect(try await show(isJSON: true) == "{\(facts)}\n")
    }
}
