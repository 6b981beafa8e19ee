import CertificateStore
import Diagnostics
import FoundationEssentials
import Workflows

/// What a rehearsal is answered with.
enum RehearsalText {
    /// As text, or as a line of JSON.
    static func text(_ outcome: IssueOutcome, isJSON: Bool) -> String {
        guard case .rehearsed(let until, let authority) = outcome.change else { return "" }
        guard !isJSON else { return JSONLine.text(RehearsalLine(outcome, until, authority)) }
        return """
            \(outcome.name): rehearsed
              \(authority) issued a certificate until \(TimeText.day(until)), which was let go.
              Nothing here was changed.

            """
    }

    /// A rehearsal that has failed; the text of that comes at the end of the command.
    static func text(_ name: LineageName, failed error: any Error, isJSON: Bool) -> String {
        guard isJSON else { return "" }
        let diagnosis = Run.diagnosis(of: error)
        let reason = "\(diagnosis.what): \(diagnosis.why)"
        return JSONLine.text(MissedRehearsalLine("failed", name, reason))
    }

    /// One that could not be held.
    static func text(_ skipped: RehearseRenewals.Skipped, isJSON: Bool) -> String {
        let reason = "\(skipped.authority) has no staging to ask"
        return isJSON
            ? JSONLine.text(MissedRehearsalLine("skipped", skipped.name, reason))
            : "\(skipped.name): not rehearsed: \(reason)\n"
    }
}

/// A rehearsal that there was none of, as a line of JSON.
private struct MissedRehearsalLine: Encodable {
    let outcome: String
    let lineage: String
    let reason: String

    init(_ outcome: String, _ name: LineageName, _ reason: String) {
        self.outcome = outcome
        lineage = "\(name)"
        self.reason = reason
    }
}

/// A rehearsal as a line of JSON.
private struct RehearsalLine: Encodable {
    let outcome: String
    let lineage: String
    let notAfter: Date
    let authority: String

    init(_ outcome: IssueOutcome, _ until: Date, _ authority: String) {
        self.outcome = outcome.word
        lineage = "\(outcome.name)"
        notAfter = until
        self.authority = authority
    }
}
