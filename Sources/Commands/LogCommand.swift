import CertificateStore
import Diagnostics
import FoundationEssentials
import Platform
import Workflows

/// `certctl log`.
struct LogCommand: Command {
    static let name = "log"
    static let summary = "tells what happened: issued, renewed, deployed, failed, held back"
    static let operands = "[NAME]"
    static let operandCompletion = Completion.lineages
    static let options = [
        CommandOption(
            name: "last",
            value: "N",
            summary: "only the last N events; without --since it is 50"
        ),
        CommandOption(
            name: "since",
            value: "DAYS|DATE",
            summary: "only what happened in so many days, or since a date",
            explanation: "A date is 2027-01-31 or 2027-01-31T08:00:00Z, always UTC."
        ),
    ]
    static let discussion = """
        The earliest event comes first. The history is kept in files that are begun anew when they have \
        grown to 1 MiB; one older file of each is kept. Lines that cannot be read are passed over and \
        counted.
        """
    static let examples = [
        CommandExample(
            line: "certctl log example.com --since 7",
            effect: "what happened to one certificate in a week"
        ),
        CommandExample(
            line: "certctl log --last 1 --json",
            effect: "the last event as it was written"
        ),
    ]

    /// How many events are told where nobody says.
    private static let usualCount = 50
    private static let longestSpan = 36_500
    private static let day: TimeInterval = 86_400

    /// Since when events are wanted.
    private enum Start {
        case days(Int)
        case date(Date)
    }

    private let lineage: String?
    private let last: Int?
    private let start: Start?

    init(_ arguments: ParsedArguments) throws {
        guard arguments.operands.count <= 1 else {
            throw UsageError.wrongOperands(usage: Self.usage)
        }
        lineage = arguments.operands.first.map(ArgumentValues.existing)
        start = try arguments["since"].map(Self.start)
        last = try arguments["last"].map(Self.count) ?? (start == nil ? Self.usualCount : nil)
    }

    func run(in context: CommandContext) throws {
        let since =
            switch start {
            case nil: Date?.none
            case .days(let days): context.services.clock.now - Double(days) * Self.day
            case .date(let date): date
            }
        let history = try ReadHistory(context.services).run(lineage, since: since, last: last)
        for event in history.events {
            context.console.write(
                context.isJSON ? "\(JSONLine.escaped(event.json))\n" : Self.line(event)
            )
        }
        if history.damagedLines > 0 {
            context.story.log.warning(
                "lines of the history cannot be read and were passed over",
                ["count": "\(history.damagedLines)"]
            )
        }
    }

    /// What comes from a file may be anything: nothing of it reaches a terminal as it is.
    private static func line(_ event: PastEvent) -> String {
        let words = [
            event.time.formatted(.iso8601), event.lineage ?? "-", event.event, event.detail,
        ]
        return words.map { $0.harmless(limit: 600) }.filter { !$0.isEmpty }
            .joined(separator: "  ") + "\n"
    }

    private static func count(_ text: String) throws(UsageError) -> Int {
        guard text.utf8.first != UInt8(ascii: "+"), let count = Int(text), count > 0 else {
            throw .unusableForm(option: "last", value: text, form: "a number from 1 up")
        }
        return count
    }

    private static func start(_ text: String) throws(UsageError) -> Start {
        if text.utf8.allSatisfy({ (48...57).contains($0) }), let days = Int(text),
            (1...longestSpan).contains(days)
        {
            return .days(days)
        }
        for form in [text, "\(text)T00:00:00Z"] {
            if let date = try? Date(form, strategy: .iso8601) { return .date(date) }
        }
        throw .unusableForm(
            option: "since",
            value: text,
            form:
                "a number of days up to \(longestSpan), or a date: 7, 2027-01-31, 2027-01-31T08:00:00Z"
        )
    }
}
