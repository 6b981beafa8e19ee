import CertificateStore
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
