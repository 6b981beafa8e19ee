import CertificateStore
import Diagnostics
import Platform
import Workflows

/// The certificates that were not renewed, or not brought into use, as one failure.
enum RenewFailure {
    /// Throws what went wrong.
    ///
    /// What is held back, or what another certctl has, is a failure only where a person has named it:
    /// the timer comes again.
    static func check(
        _ report: RenewReport,
        _ deployed: [DeployCertificates.Ending],
        isNamed: Bool
    ) throws {
        let results = Dictionary(
            deployed.map { ($0.name, $0.result.failure) },
            uniquingKeysWith: { $1 ?? $0 }
        )
        let isOne = report.endings.count { $0.outcome.isFailure && $0.isPaused } == 1
        var endings: [(name: LineageName, error: (any Error)?)] = []
        var isAllIssued = true
        for ending in report.endings {
            switch ending.outcome {
            case .renewed:
                endings.append((ending.name, results[ending.name] ?? nil))
                continue
            case .failed(let error):
                let name = isOne ? "\(ending.name)" : "NAME"
                endings.append((ending.name, ending.isPaused ? Forced(error, name) : error))
            case .held(let until, let hold, let reason) where isNamed:
                let held = Held(name: "\(ending.name)", until: until, hold: hold, reason: reason)
                endings.append((ending.name, held))
            case .busy where isNamed:
                endings.append((ending.name, StoreError.busy("\(ending.name)")))
            case .waiting(let names) where isNamed:
                let error = WorkflowError.notIssued(lineage: "\(ending.name)", names: names)
                endings.append((ending.name, error))
            case .held, .kept, .busy, .waiting: continue
            }
            isAllIssued = false
        }
        // What an earlier run has left, or another process has renewed, fails as well as what is new.
        let told = Set(endings.map(\.name))
        endings += deployed.filter { !told.contains($0.name) }.map { ($0.name, $0.result.failure) }
        // Where each has its certificate, nothing but deploying can have failed.
        try CertificateFailure.check(
            endings,
            mixed: isAllIssued ? .deployment : .partial,
            isNamed: isNamed
        )
    }
}

/// A failure that a pause follows, in which the same command would do nothing.
private struct Forced: Diagnosable {
    private static let again = "run the same command again"

    let diagnosis: Diagnosis

    init(_ error: any Error, _ name: String) {
        var diagnosis = Run.diagnosis(of: error)
        diagnosis.fix = diagnosis.fix.replacing(
            Self.again,
            with: "run certctl renew \(name) --force"
        )
        self.diagnosis = diagnosis
    }
}

extension RenewOutcome {
    fileprivate var isFailure: Bool {
        if case .failed = self { true } else { false }
    }
}
