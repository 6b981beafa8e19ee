import FoundationEssentials
import Renewal

/// What a forecast says besides its chart: announced changes, and what they mean for this host.
enum ForecastText {
    private static let width = 80
    private static let indent = 4

    static func text(_ forecast: Forecast) -> String {
        let verdicts = verdicts(forecast).map { Paragraph.lines($0, width: width) }
        let lines = changes(forecast.changes) + verdicts.flatMap { [""] + $0 }
        return lines.map { $0 + "\n" }.joined()
    }

    /// The changes, with the numbers that they have in the chart.
    private static func changes(_ changes: [AnnouncedChange]) -> [String] {
        guard !changes.isEmpty else { return [] }
        return ["", "Announced:"]
            + changes.enumerated().flatMap { index, change in
                let text = "\(TimeText.day(change.date)) \(change.text) (\(change.source))"
                let lines = Paragraph.lines(text, width: width - indent)
                return lines.enumerated().map { line, text in
                    let mark = line == 0 ? "\(index + 1)" : ""
                    return mark + String(repeating: " ", count: indent - mark.count) + text
                }
            }
    }

    private static func verdicts(_ forecast: Forecast) -> [String] {
        let moments = forecast.moments
        var verdicts = forecast.cadence.map { [cadence($0)] } ?? []
        if let hour = Forecast.peak(of: moments, within: .hour),
            let week = Forecast.peak(of: moments, within: 7 * .day)
        {
            verdicts.append(
                "Most orders in an hour: \(hour.count) (\(TimeText.day(hour.start))); in seven "
                    + "days: \(week.count) (from \(TimeText.day(week.start)))."
            )
        }
        return verdicts + limits(forecast)
    }

    private static func limits(_ forecast: Forecast) -> [String] {
        guard forecast.lines.contains(where: { $0.authority.limits != nil }) else {
            return ["Of the CAs in use no limits are known."]
        }
        let met = forecast.limitsMet
        return met.isEmpty
            ? ["No limit that the CAs have published is reached."] : met.map(limit)
    }

    private static func cadence(_ cadence: Forecast.Cadence) -> String {
        let lifetime = duration(cadence.lifetime)
        let left = duration(cadence.left)
        let outage = duration(cadence.outage)
        guard cadence.isEnough else {
            return "An hourly timer is not enough for certificates of \(lifetime): when their "
                + "renewal begins \(left) are left, and after \(outage) in which nothing works they "
                + "expire. Ask the CA for certificates that live longer."
        }
        return "An hourly timer is enough: of the certificates that live shortest (\(lifetime)) "
            + "\(left) are left when their renewal begins. That is time for \(cadence.tries) "
            + "tries, and for \(outage) in which nothing works."
    }

    private static func limit(_ met: Forecast.LimitMet) -> String {
        let what =
            switch met.limit.subject {
            case .newOrders: "orders"
            case .registeredDomain: "certificates for \(met.scope)"
            case .sameNames: "certificates for exactly these names: \(met.scope)"
            case .failedValidations: "failed validations of \(met.scope)"
            }
        return "From \(TimeText.day(met.peak.start)) on \(met.peak.count) \(what) fall into "
            + "\(duration(met.limit.span)), and \(met.authority) allows \(met.limit.size). It does "
            + "not count renewals that name their predecessor, as those of certctl do; any others "
            + "have to wait."
    }

    /// `90 minutes`, from two hours on `160 hours`, from a week on `64 days`.
    private static func duration(_ seconds: TimeInterval) -> String {
        let (unit, word): (TimeInterval, String) =
            switch seconds {
            case ..<(2 * .hour): (.minute, "minute")
            case ..<(7 * .day): (.hour, "hour")
            default: (.day, "day")
            }
        let count = Int((seconds / unit).rounded())
        return "\(count) \(word)\(count == 1 ? "" : "s")"
    }
}
