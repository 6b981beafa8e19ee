import CertificateStore
import Diagnostics
import Platform

extension Services {
    /// Adds a line to the history; one that cannot be written is told and otherwise borne.
    func note(
        _ kind: Event.Kind,
        _ name: LineageName?,
        _ detail: String,
        isOfDeployment: Bool = false
    ) {
        let event = Event(kind, name, at: clock.now, detail: detail.harmless(limit: 500))
        do {
            try store.write(event, isOfDeployment: isOfDeployment)
        } catch {
            log.warning("the history cannot be written", ["reason": error.why])
        }
    }

    /// Adds a failure to the history: of one lineage, or of all that wait for the same.
    func noteFailure(_ name: LineageName?, _ error: any Error, isOfDeployment: Bool = false) {
        note(
            isOfDeployment ? .deployFailed : .failed,
            name,
            Self.reason(of: error),
            isOfDeployment: isOfDeployment
        )
    }

    /// What was the matter, in one line.
    static func reason(of error: any Error) -> String {
        let diagnosis = (error as? any Diagnosable)?.diagnosis
        return (diagnosis.map { "\($0.what): \($0.why)" } ?? "\(error)").harmless(limit: 500)
    }
}
