import Diagnostics
import Glibc
import Testing

@testable import Commands

/// What was asked for reaches whoever has asked, or he is told.
@Suite struct ConsoleTests {
    @Test func `an answer that a full disk has swallowed is an error`() {
        let console = Screen(trouble: ENOSPC).console
        console.write("example.com")
        let lost = #expect(throws: LostAnswer.self) { try console.checkAnswer() }
        #expect(lost?.diagnosis.exitCode == .store)
        #expect(lost?.diagnosis.why.contains("No space left") == true)
    }

    @Test func `a reader that has seen enough is none`() throws {
        let console = Screen(trouble: EPIPE).console
        console.write("example.com")
        try console.checkAnswer()
    }

    @Test func `an answer that was written is none either`() throws {
        let screen = Screen()
        screen.console.write("example.com")
        try screen.console.checkAnswer()
        #expect(screen.output == "example.com")
    }
}
