package import Diagnostics
import Nginx
import Platform

extension TransactionFailure: DeploymentFailure {
    package func diagnosis(before retry: Retry) -> Diagnosis {
        switch self {
        case .untouched(let fault): Self.untouched(fault, retry)
        case .rolledBack(let fault, let unsettled): Self.rolledBack(fault, unsettled, retry)
        case .stuck(let fault, let reason):
            Diagnosis(
                what: "nginx's files are neither the old ones nor the new ones",
                why: "\(reason); what came first: \(fault.reason)",
                fix: "make that possible, then \(retry.words), by hand where a unit may not write: "
                    + "what was there is put back first",
                exitCode: .deployment
            )
        case .changedMeanwhile(let path):
            Diagnosis(
                what: "\(path) was changed by somebody else meanwhile",
                why: "certctl overwrites nothing that it has not seen",
                fix: "run the same command again once nobody edits the file",
                exitCode: .deployment
            )
        case .changedSince(let paths, let reason):
            Diagnosis(
                what:
                    "a deployment was cut off, and \(paths.joined(separator: " ").harmless(limit: 600)) "
                    + "changed since",
                why: "nginx does not take what stands there now: \(reason)",
                fix: "mend that by hand until `nginx -t` accepts it, then \(retry.words)",
                exitCode: .deployment
            )
        case .noteDamaged(let path):
            Diagnosis(
                what: "\(path) cannot be read",
                why: "a deployment was cut off, and what stood in nginx's files before is damaged",
                fix:
                    "look whether nginx's files are as they should be (`nginx -t`), remove that file, "
                    + "then \(retry.words)",
                exitCode: .deployment
            )
        }
    }

    private static func untouched(_ fault: NginxTransaction.Fault, _ retry: Retry) -> Diagnosis {
        switch fault.step {
        case .brokenBefore:
            Diagnosis(
                what: "nginx refuses its configuration, and did before certctl changed anything",
                why: fault.reason,
                fix: "mend that, then \(retry.words)\(saved(retry))",
                exitCode: .deployment
            )
        case .note:
            Diagnosis(
                what: "nginx's files are left alone",
                why: "what is in them cannot be kept for the case that it is needed again: "
                    + fault.reason,
                fix: "make room on the disk, then \(retry.words)",
                exitCode: .deployment
            )
        case .write, .test, .reload, .prove, .interrupted:
            Diagnosis(
                what: what(fault.step, retry),
                why: fault.reason,
                fix: "\(mend(fault, retry)), then \(retry.words); no file was changed",
                exitCode: .deployment
            )
        }
    }

    private static func rolledBack(
        _ fault: NginxTransaction.Fault,
        _ unsettled: String?,
        _ retry: Retry
    ) -> Diagnosis {
        let rest =
            unsettled.map { "; nginx has something against what was there, too: \($0)" } ?? ""
        return Diagnosis(
            what: "\(what(fault.step, retry)); everything is as it was",
            why: fault.reason + rest,
            fix: "\(mend(fault, retry)), then \(retry.words)\(saved(retry))",
            exitCode: .deployment
        )
    }

    /// What is not lost; without a certificate that waits there is nothing that could be.
    private static func saved(_ retry: Retry) -> String {
        retry == .deploy ? "; the certificate is saved" : ""
    }

    /// What comes before another attempt.
    private static func mend(_ fault: NginxTransaction.Fault, _ retry: Retry) -> String {
        guard fault.step == .write else { return "mend that" }
        // systemd lets the timer's run write where it is told to, and by what `apply` has seen.
        let isOfUnit = retry == .deploy
        let unit = "`certctl apply` does for certctl-deploy.service"
        return switch fault.obstacle {
        case .full(let path):
            "make room on the file system of \(path.parentDirectory.harmless(limit: 300)) "
                + "(df -h and df -i show it; a quota may be in the way)"
        case .readOnly(let path):
            "have the file system of \(path.parentDirectory.harmless(limit: 300)) mounted for "
                + "writing: mount -o remount,rw …" + (isOfUnit ? " (\(unit))" : "")
        case nil: "make that possible" + (isOfUnit ? " (\(unit))" : "")
        }
    }

    private static func what(_ step: NginxTransaction.Fault.Step, _ retry: Retry) -> String {
        switch step {
        case .brokenBefore, .test: "nginx refuses the new configuration"
        case .note: "what nginx's files hold cannot be kept"
        case .write: "nginx's configuration cannot be written"
        case .reload: "nginx has not taken up the new configuration"
        case .prove:
            retry == .deploy
                ? "nginx does not serve the new certificate"
                : "nginx does not serve the certificate that it should"
        case .interrupted: "a deployment that was cut off was taken back"
        }
    }
}
