import Diagnostics
package import Nginx

/// Why nginx does not serve what it should; what is stored is not touched by it.
package enum TransactionFailure: Error, Equatable, Sendable {
    /// Nothing was changed.
    case untouched(NginxTransaction.Fault)
    /// Everything is as it was; `unsettled` is what nginx says to that, where it does not like it.
    case rolledBack(NginxTransaction.Fault, unsettled: String?)
    /// Something could not be put back, for that reason.
    case stuck(NginxTransaction.Fault, reason: String)
    /// Somebody has changed a file between the plan and the change.
    case changedMeanwhile(path: String)
    /// A run was cut off, somebody has changed files of it since, and nginx refuses what stands there now.
    case changedSince(paths: [String], reason: String)
    /// The note of a deployment that was cut off cannot be read.
    case noteDamaged(path: String)

    /// `nil` where all of it is served; `obstacle` is what has kept a file from being written.
    init?(_ ending: NginxTransaction.Ending, _ obstacle: NginxTransaction.Fault.Obstacle? = nil) {
        switch ending {
        case .served: return nil
        case .untouched(let fault): self = .untouched(fault)
        case .rolledBack(let fault, let unsettled):
            let told = fault.step == .write ? obstacle : nil
            self = .rolledBack(.init(fault.step, fault.reason, told), unsettled: unsettled)
        case .stuck(let fault, let reason): self = .stuck(fault, reason: reason)
        }
    }

    /// What a step failed with, for the machine: the why of a diagnosis, which has nginx's own words.
    static func reason(of error: any Error) -> String {
        guard let error = error as? any Diagnosable else { return "\(error)" }
        let diagnosis = error.diagnosis
        return diagnosis.why.isEmpty ? diagnosis.what : "\(diagnosis.what): \(diagnosis.why)"
    }
}
