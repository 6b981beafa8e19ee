import Workflows

/// What was done about a certificate as a line of JSON: what came of it, and the lineage as `show`
/// tells of it.
struct OutcomeLine: Encodable {
    let outcome: String
    let hooks: [String]
    let certificate: LineageLine

    init(_ outcome: String, _ hooks: [String], _ report: LineageReport) {
        self.outcome = outcome
        self.hooks = hooks
        certificate = LineageLine(report)
    }
}
