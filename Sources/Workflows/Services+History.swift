import CertificateStore
import Diagnostics
import Platform

extension Services {
    /// Adds a line to the history; one that cannot be written is told and otherwise borne.
    func note(_ kind: Event.Kind, _ name: LineageName, _ detail: String) {
        do {
            try store.write(Event(kind, name, at: clock.now, detail: detail.harmless(limit: 500)))
        } catch {
            let reason = (error as? any Diagnosable)?.diagnosis.why ?? "\(error)"
            log.warning("the history cannot be written", ["reason": reason])
        }
    }
}
