import Renewal

/// The table of a campaign, a line a trial.
package enum ResultTable {
    private static let widths = [24, 6, 5, 8, 8, 9, 8, 7, 6]

    package static let head = line([
        "world", "size", "seeds", "renewals", "orders", "least", "max/mean", "expired", "limits",
        "digest",
    ])

    package static func line(of result: TrialResult) -> String {
        line([
            result.trial.world.name, "\(result.trial.size)", "\(result.trial.seeds.count)",
            "\(result.renewals)", "\(result.orders)", span(result.worstMargin),
            decimal(result.worstLoad), "\(result.expired)", "\(result.limitHits)",
            String(result.digest.value, radix: 16),
        ])
    }

    /// What is wrong with a trial, a line each and not too many.
    package static func complaints(of result: TrialResult) -> [String] {
        let most = 5
        let faults = result.faults.prefix(most).map {
            "  FAULT seed \($0.seed): \($0.fault.rule.rawValue): \($0.fault)"
        }
        let rest = result.faults.count - most
        return faults + (rest > 0 ? ["  … and \(rest) more"] : [])
            + result.unsteady.map { "  FAULT seed \($0): the year was another one the second time" }
    }

    private static func line(_ words: [String]) -> String {
        var line = ""
        for (index, word) in words.enumerated() {
            let width = index < widths.count ? widths[index] : 0
            let blank = String(repeating: " ", count: max(0, width - word.count))
            line += index == 0 ? word + blank : "  " + blank + word
        }
        return line
    }

    /// Days or hours; of what is over a negative number.
    private static func span(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "-" }
        return abs(seconds) >= 3 * .day
            ? "\(decimal(seconds / .day)) d" : "\(decimal(seconds / .hour)) h"
    }

    private static func decimal(_ number: Double) -> String {
        let tenths = Int((abs(number) * 10).rounded())
        return "\(number < 0 ? "-" : "")\(tenths / 10).\(tenths % 10)"
    }
}
