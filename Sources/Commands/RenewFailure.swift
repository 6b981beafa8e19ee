import CertificateStore
import Diagnostics
import Platform
import Workflows

/// The certificates that were not renewed, or not brought into use, as one failure.
enum RenewFailure {
    /// Throws what went wrong.
    ///
    /// What is held back is a failure only where a person has named it: the timer comes again.
    static func check(
        _ report: RenewReport,
        _ deployed: [DeployCertificates.Ending],
        isNamed: Bool
    ) throws {
        var failures: [(String, Diagnosis)] = []
        for ending in report.endings {
            switch ending.outcome {
            case .failed(let error):
                failures.append(("\(ending.name)", Run.diagnosis(of: error)))
            case .held(let until, let hold, let reason) where isNamed:
                let held = Held(name: "\(ending.name)", until: until, hold: hold, reason: reason)
                failures.append((held.name, held.diagnosis))
            case .held, .renewed, .kept, .busy, .waiting: continue
            }
        }
        for ending in deployed {
            guard case .failure(let error) = ending.result else { continue }
            failures.append(("\(ending.name)", Run.diagnosis(of: error)))
        }
        let touched = report.renewed.count + failures.count
        try IssueFailure.check(failures, of: max(touched, 1))
    }
}
