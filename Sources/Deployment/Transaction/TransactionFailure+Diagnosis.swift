package import Diagnostics
import Nginx

extension TransactionFailure: Diagnosable {
    package var diagnosis: Diagnosis {
        switch self {
        case .untouched(let fault): untouched(fault)
        case .rolledBack(let fault, let unsettled): rolledBack(fault, unsettled)
        case .stuck(let fault, let reason):
            Diagnosis(
                what: "nginx's files are neither the old ones nor the new ones",
                why: "\(reason); what came first: \(fault.reason)",
                fix: "make that possible and run `certctl deploy`, which puts back what was there",
                exitCode: .deployment
            )
        case .changedMeanwhile(let path):
            Diagnosis(
                what: "\(path) was changed by somebody else meanwhile",
                why: "certctl overwrites nothing that it has not seen",
                fix: "run the same command again once nobody edits the file",
                exitCode: .deployment
            )
        case .noteDamaged(let path):
            Diagnosis(
                what: "\(path) cannot be read",
                why: "a deployment was cut off, and what stood in nginx's files before is damaged",
                fix:
                    "look whether nginx's files are as they should be (`nginx -t`), then remove that "
                    + "file and run `certctl deploy`",
                exitCode: .deployment
            )
        }
    }

    private func untouched(_ fault: NginxTransaction.Fault) -> Diagnosis {
        switch fault.step {
        case .brokenBefore:
            Diagnosis(
                what: "nginx refuses its configuration, and did before certctl changed anything",
                why: fault.reason,
                fix: "mend that; the certificate is saved, and `certctl deploy` brings it into use",
                exitCode: .deployment
            )
        case .note:
            Diagnosis(
                what: "nginx's files are left alone",
                why: "what is in them cannot be kept for the case that it is needed again: "
                    + fault.reason,
                fix: "make room on the disk and run `certctl deploy`",
                exitCode: .deployment
            )
        case .write, .test, .reload, .prove, .interrupted:
            Diagnosis(
                what: Self.what(fault.step),
                why: fault.reason,
                fix: "\(Self.mend(fault.step)) and run `certctl deploy`; no file was changed",
                exitCode: .deployment
            )
        }
    }

    private func rolledBack(_ fault: NginxTransaction.Fault, _ unsettled: String?) -> Diagnosis {
        let rest =
            unsettled.map { "; nginx has something against what was there, too: \($0)" } ?? ""
        return Diagnosis(
            what: "\(Self.what(fault.step)); everything is as it was",
            why: fault.reason + rest,
            fix: "\(Self.mend(fault.step)) and run `certctl deploy`; the certificate is saved",
            exitCode: .deployment
        )
    }

    /// What comes before another attempt.
    private static func mend(_ step: NginxTransaction.Fault.Step) -> String {
        // systemd lets the timer's run write where it is told to, and by what `apply` has seen.
        step == .write
            ? "make that possible (`certctl apply` does for certctl-deploy.service)" : "mend that"
    }

    private static func what(_ step: NginxTransaction.Fault.Step) -> String {
        switch step {
        case .brokenBefore, .test: "nginx refuses the new configuration"
        case .note: "what nginx's files hold cannot be kept"
        case .write: "nginx's configuration cannot be written"
        case .reload: "nginx has not taken up the new configuration"
        case .prove: "nginx does not serve the new certificate"
        case .interrupted: "a deployment that was cut off was taken back"
        }
    }
}
