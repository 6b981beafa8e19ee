import ACME
import Diagnostics
import Testing

@testable import Commands

/// Standard error: plain lines, and on a terminal the progress in place below them.
@Suite struct StoryTests {
    private func story(
        _ screen: Screen,
        isQuiet: Bool = false,
        isVerbose: Bool = false,
        _ tell: (Story) -> Void
    ) -> String {
        tell(Story(screen.console, isQuiet: isQuiet, isVerbose: isVerbose))
        return screen.errors
    }

    private func sayAll(_ story: Story) {
        story.log.debug("at debug")
        story.log.info("at info")
        story.log.notice("at notice")
        story.log.warning("at warning")
    }

    @Test func `usually notices and warnings are told`() {
        #expect(story(Screen(), sayAll) == "at notice\nwarning: at warning\n")
    }

    @Test func `the quiet story is of warnings alone`() {
        #expect(story(Screen(), isQuiet: true, sayAll) == "warning: at warning\n")
    }

    @Test func `the verbose story is of every step`() {
        let text = "at debug\nat info\nat notice\nwarning: at warning\n"
        #expect(story(Screen(), isVerbose: true, sayAll) == text)
    }

    @Test func `commands in fields are for the home that was given`() {
        let screen = Screen()
        let story = Story(screen.console, isQuiet: false, isVerbose: false, home: "/h")
        story.log.warning("gone", ["to forget it": "certctl delete a.test"])
        #expect(screen.errors == "warning: gone (to forget it=certctl delete --home /h a.test)\n")
    }

    @Test func `fields follow in brackets, sorted`() {
        let text = story(Screen()) { $0.log.notice("issued", ["until": "2027", "name": "a"]) }
        #expect(text == "issued (name=a, until=2027)\n")
    }

    @Test func `without a terminal each step is a line, told once`() {
        let text = story(Screen()) { story in
            story.show(.ordering, ["a.example"])
            story.show(.validating, ["a.example", "b.example", "c.example"])
            story.show(.validating, ["a.example", "b.example", "c.example"])
            story.end()
        }
        #expect(text == "a.example: ordering\na.example and 2 more: validating\n")
    }

    @Test func `several certificates have a step each`() {
        let text = story(Screen()) { story in
            story.show(.ordering, ["a.example"])
            story.show(.ordering, ["b.example"])
            story.show(.ordering, ["a.example"])
            story.show(.validating, ["b.example"])
        }
        #expect(text == "a.example: ordering\nb.example: ordering\nb.example: validating\n")
    }

    @Test func `the quiet story has no steps`() {
        let text = story(Screen(isTerminal: true), isQuiet: true) { story in
            story.show(.ordering, ["a.example"])
            story.end()
        }
        #expect(text.isEmpty)
    }

    @Test func `on a terminal the steps are replaced, and lines are put above them`() {
        let text = story(Screen(isTerminal: true)) { story in
            story.show(.ordering, ["a.example", "b.example"])
            story.log.notice("account made")
            story.end()
        }
        #expect(
            text == """
                  a.example  ordering …
                  b.example  ordering …
                \u{1B}[2A\u{1B}[Jaccount made
                  a.example  ordering …
                  b.example  ordering …
                \u{1B}[2A\u{1B}[J
                """
        )
    }

    /// sd-daemon(3): a line that begins with `<N>` has that priority in the journal.
    @Test func `in the journal each line begins with its priority`() {
        let text = story(Screen(isJournal: true), isVerbose: true) { story in
            sayAll(story)
            story.log.error("at error")
            story.show(.ordering, ["a.example"])
            story.end()
        }
        let lines = [
            "<7>at debug", "<6>at info", "<5>at notice", "<4>warning: at warning",
            "<3>critical: at error", "<6>a.example: ordering", "",
        ]
        #expect(text == lines.joined(separator: "\n"))
    }

    @Test func `in the journal every line of a text has the priority of the whole`() {
        let screen = Screen(isJournal: true)
        screen.console.writeError("certctl: what\n  why: why\n", .error)
        screen.console.writeError("")
        #expect(screen.errors == "<3>certctl: what\n<3>  why: why\n")
        screen.console.write("the answer\n")
        #expect(screen.output == "the answer\n")
    }

    @Test func `of many names ten are shown and the others counted`() {
        let text = story(Screen(isTerminal: true)) { story in
            story.show(.ordering, (1...25).map { "host-\($0).example" })
        }
        let lines = text.split(separator: "\n")
        #expect(lines.count == 11)
        #expect(lines.last == "  and 15 more")
    }
}
