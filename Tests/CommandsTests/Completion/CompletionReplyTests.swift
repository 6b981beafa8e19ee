import Testing

@testable import Commands

/// The scripts of ``Shell`` read these lines.
@Suite struct CompletionReplyTests {
    @Test func `words are lines with a tab before what each means`() {
        let reply = CompletionReply.words([
            .init(text: "issue", summary: "gets one"), .init(text: "a.test", summary: ""),
        ])
        #expect(reply.text == "words\nissue\tgets one\na.test\t\n")
    }

    @Test func `paths are left to the shell, with what stands before them`() {
        #expect(CompletionReply.file(prefix: "").text == "files \n")
        #expect(CompletionReply.file(prefix: "--ca-roots=").text == "files --ca-roots=\n")
        #expect(CompletionReply.directory(prefix: "webroot:").text == "directories webroot:\n")
    }
}
