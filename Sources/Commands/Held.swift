import Diagnostics
import FoundationEssentials
import Renewal

/// A certificate that a person wants renewed and that must not be tried yet.
struct Held: Diagnosable {
    let name: String
    let until: Date
    let hold: RenewalHold
    /// Harmless to print.
    let reason: String

    var diagnosis: Diagnosis {
        Diagnosis(
            what: "\(name) is due and was not tried: not before \(TimeText.minute(until))",
            why: reason,
            fix:
                "mend what it names and wait until then; or at once: certctl renew \(name) --force",
            exitCode: exitCode
        )
    }

    private var exitCode: ExitCode {
        switch hold {
        case .rateLimit, .signals, .backoff: .rateLimited
        case .outage: .unreachable
        }
    }
}
