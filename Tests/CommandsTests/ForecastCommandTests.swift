import Testing

@testable import Commands

/// `certctl forecast`, from its arguments to what it writes.
@Suite struct ForecastCommandTests {
    private func command(_ words: String...) throws -> ForecastCommand {
        try ForecastCommand(ParsedArguments(words, options: ForecastCommand.options))
    }

    @Test(arguments: ["0", "-1", "1097", "x", "1.5", "", "99999999999999999999"])
    func `a span that is none is refused with those that there are`(days: String) {
        #expect(
            throws: UsageError.unusableForm(
                option: "days",
                value: days,
                form: "a number from 1 to 1096"
            )
        ) {
            try command("--days=\(days)")
        }
    }

    @Test func `without certificates it says how to get one`() throws {
        let screen = Screen()
        try command().run(in: .test(on: screen))
        #expect(
            screen.output == "There is no certificate yet: certctl issue --home /home example.com\n"
        )
    }

    @Test func `in JSON there is a load, of nothing`() throws {
        let screen = Screen()
        try command("--days", "1096").run(in: .test(on: screen, isJSON: true))
        #expect(screen.output == #"{"kind":"load","ordersInAWeek":0,"ordersInAnHour":0}"# + "\n")
    }
}
