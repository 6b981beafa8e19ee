import CertificateStore
import Diagnostics
import Renewal
import Workflows

/// `certctl forecast [NAME…]`.
struct ForecastCommand: Command {
    /// Further ahead nothing has been announced.
    private static let mostDays = 1096

    static let name = "forecast"
    static let summary = "tells when each certificate will be renewed, and what CAs have announced"
    static let operands = "[NAME…]"
    static let operandCompletion = Completion.lineages
    static let options = [
        CommandOption(
            name: "days",
            value: "N",
            summary: "how far to look ahead, from 1 to \(mostDays); the default is 365"
        )
    ]

    static let discussion = """
        A chart of the renewals to come: those that CAs advise, and after them those by the lifetimes \
        that the CAs have announced. Of more than \(ForecastChart.mostLines) certificates it shows how \
        many are renewed together. Below it: the changes that have been announced for the CAs in use, \
        with their dates and sources; whether an hourly timer is enough for the certificates that live \
        shortest; and whether a published limit of a CA would be reached.

        It asks no CA, and changes nothing. What has been announced is known as of November 2026.
        """

    static let examples = [
        CommandExample(
            line: "certctl forecast --days 90",
            effect: "the next three months, of all certificates"
        ),
        CommandExample(
            line: "certctl forecast --json",
            effect: "one object of JSON a certificate, a change and a verdict; kind tells which"
        ),
    ]

    private let names: [String]
    private let days: Int

    init(_ arguments: ParsedArguments) throws {
        names = arguments.operands.map(ArgumentValues.existing)
        days = try arguments["days"].map(Self.days) ?? 365
    }

    private static func days(_ text: String) throws(UsageError) -> Int {
        guard let days = Int(text), (1...mostDays).contains(days) else {
            throw .unusableForm(option: "days", value: text, form: "a number from 1 to \(mostDays)")
        }
        return days
    }

    func run(in context: CommandContext) throws {
        let (forecast, unreadable) = try ForecastRenewals(context.services).run(names, days: days)
        if context.isJSON {
            for line in ForecastLine.lines(forecast) {
                context.console.write(JSONLine.text(line))
            }
        } else if forecast.lines.isEmpty, unreadable.isEmpty {
            context.tell("There is no certificate yet: certctl issue example.com\n")
        } else if !forecast.lines.isEmpty {
            context.console.write(ForecastChart(forecast).text + ForecastText.text(forecast))
        }
        try CertificateFailure.check(
            forecast.lines.compactMap { line in
                LineageName(line.name).map { ($0, Optional<any Error>.none) }
            }
                + unreadable.map { ($0.name, $0.error) },
            mixed: .store,
            isNamed: !names.isEmpty
        )
    }
}
