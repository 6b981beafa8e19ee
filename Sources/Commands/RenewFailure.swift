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
        var deployFailures: [LineageName: any Error] = [:]
        for ending in deployed {
            if case .failure(let error) = ending.result { deployFailures[ending.name] = error }
        }
        var endings: [(name: LineageName, error: (any Error)?)] = []
        for ending in report.endings {
            switch ending.outcome {
            case .renewed:
                endings.append((ending.name, deployFailures[ending.name]))
            case .failed(let error):
                endings.append((ending.name, error))
            case .held(let until, let hold, let reason) where isNamed:
                let held = Held(name: "\(ending.name)", until: until, hold: hold, reason: reason)
                endings.append((ending.name, held))
            case .held, .kept, .busy, .waiting: continue
            }
        }
        try CertificateFailure.check(endings, mixed: .partial)
    }
}
