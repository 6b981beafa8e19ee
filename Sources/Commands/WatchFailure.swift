import CertificateStore
import Diagnostics

/// What `watch` has found, as the failure that the command ends with.
struct WatchFailure: Diagnosable {
    private let findings: [Observation]
    private let worst: Observation

    /// `nil` where nothing needs anyone.
    init?(_ findings: [Observation]) {
        // The first of those that are equally bad.
        guard let worst = findings.max(by: { $0.level < $1.level }) else { return nil }
        self.findings = findings
        self.worst = worst
    }

    var diagnosis: Diagnosis {
        let critical = findings.count { $0.level == .critical }
        let others = findings.count - 1
        let more = others == 0 ? "" : ", and \(others) more"
        let count = findings.count == 1 ? "1 finding needs" : "\(findings.count) findings need"
        return Diagnosis(
            what: count + " you" + (critical > 0 ? ", \(critical) of them critical" : ""),
            why: worst.sentence + more,
            fix: Self.fix(of: worst),
            exitCode: .findings
        )
    }

    /// The next thing to type, or to do where nothing can be typed.
    private static func fix(of finding: Observation) -> String {
        let lineage = finding.lineage ?? ""
        return switch finding.state {
        case .old:
            "reload the server that answers there; for what its hook said: certctl log \(lineage)"
        case .other, .wrongName:
            "have the server use the certificate's files: certctl show \(lineage); where a balancer "
                + "answers, name the server behind it in a block of certctl.conf: watch HOST:443;"
        case .incomplete:
            "have the server send fullchain.pem, not cert.pem: certctl show \(lineage)"
        case .expired where finding.isServed, .expiring where finding.isServed:
            "certctl renew \(lineage); where the stored one is new already, the server has not read "
                + "it: certctl deploy \(lineage) --force"
        case .expired, .expiring, .revoked, .lost:
            "certctl renew \(lineage)"
        case .waiting:
            "certctl issue \(lineage)"
        case .silent, .noTLS, .unreachable:
            "see that the server runs and listens there; where it is elsewhere, say so in a block for "
                + "\(lineage) in certctl.conf: watch [HOST:]PORT; or watch off;"
        case .unresolved where finding.lineage == nil:
            "name a server that has an address"
        case .unresolved:
            "give the name an address in DNS, or say in a block for \(lineage) in certctl.conf where its "
                + "server is: watch HOST:PORT; or watch off;"
        case .early, .clockSkewed:
            "set the clock of this host: timedatectl"
        case .fallbackUnready:
            "certctl apply --check names the command that registers it"
        case .settingsUnusable:
            "mend it there, then see whether that was all: certctl apply --check"
        case .deployPending:
            "certctl deploy \(lineage)"
        case .renewFailing:
            "mend what it names, then: certctl renew \(lineage) --force"
        case .renewLate, .renewNeverRan:
            "run certctl renew every hour, as by: systemctl enable --now certctl-renew.timer"
        case .unreadable, .current, .shared, .unwatched:
            "certctl show \(lineage)"
        }
    }
}
