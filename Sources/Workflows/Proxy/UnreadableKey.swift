import Deployment
import Diagnostics

/// A key, or the certificate beside it, that nginx may not read; and who could.
package struct UnreadableKey: Equatable, Sendable {
    /// Where nginx runs, for a sentence.
    let place: String
    /// On this host.
    let path: String
    /// As whom nginx reads; `nil` where that cannot be told.
    let reader: NginxReader?
    /// The group that `tls_group` names.
    let group: UInt32?
    /// Where that stands, or is to stand.
    let settings: String
    /// Whether the configuration was changed, and is as it was.
    let isTakenBack: Bool

    func explanation(before retry: Retry) -> (what: String, why: String, fix: String) {
        let path = path.harmless(limit: 300)
        let (who, fix) = (reader.map(words) ?? "its master process may not", fix(path, retry))
        let saved = retry == .deploy ? ", and the certificate is saved" : ""
        let outcome = isTakenBack ? "everything is as it was\(saved)" : "no file was changed"
        return (
            "\(place) may not read a key; \(outcome)", "\(path): Permission denied; \(who)", fix
        )
    }

    private func words(_ reader: NginxReader) -> String {
        let owner = group.map { "group \($0), as tls_group has it" } ?? "their owner alone"
        return "its master process (\(reader.process)) runs as user \(reader.user), group "
            + "\(reader.group), and keys are for \(owner)"
    }

    private func fix(_ path: String, _ retry: Retry) -> String {
        let again = "then \(retry.words)" + (retry == .deploy ? " --force" : "")
        guard let reader else {
            return "put the group that nginx's master runs as, as a number of this host, into "
                + "\(settings): tls_group GID; \(again)"
        }
        let mayRead = ([reader.group] + reader.others).contains { $0 == group }
        guard !mayRead, !reader.overridesModes else {
            return
                "its modes allow it, so something else forbids it: on SELinux see `ls -Z \(path)` "
                + "and mount the directory with :z, on AppArmor see the container's profile; \(again)"
        }
        let old = group.map { " in place of tls_group \($0);" } ?? ""
        return "put tls_group \(reader.group);\(old) into \(settings), \(again)"
    }
}
