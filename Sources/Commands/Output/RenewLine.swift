import CertificateStore
import Diagnostics
import FoundationEssentials
import Renewal
import Workflows

/// What came of one lineage, as text and as a line of JSON.
struct RenewLine: Encodable {
    let name: String
    let outcome: String
    var because: String?
    var notAfter: Date?
    var until: Date?
    var reason: String?

    /// `nil` for what nobody needs to hear of: that a certificate is not due about which nobody has
    /// asked at `now` by its name.
    init?(_ ending: RenewReport.Ending, isNamed: Bool, now: Date) {
        name = ending.name.description
        switch ending.outcome {
        case .renewed(let certificate, let cause):
            outcome = "renewed"
            because = cause.explanation
            notAfter = certificate.manifest.notAfter
        case .held(let until, let hold, let reason):
            outcome = "held"
            because = hold.rawValue
            self.until = until
            self.reason = reason
        case .failed(let error):
            outcome = "failed"
            reason = Run.diagnosis(of: error).what
        case .busy:
            outcome = "busy"
        case .kept(let due) where isNamed:
            outcome = "kept"
            until = due > now ? due : nil
        case .kept, .waiting:
            return nil
        }
    }

    var text: String {
        let details: String
        switch outcome {
        case "renewed":
            let end = notAfter.map { ", valid until \(TimeText.day($0))" } ?? ""
            details = "renewed\(end) (\(because ?? ""))"
        case "held":
            let moment = until.map { TimeText.minute($0) } ?? ""
            details = "due, not tried before \(moment): \(reason ?? "")"
        case "kept":
            details = until.map { "not due before \(TimeText.minute($0))" } ?? "not due any more"
        case "busy":
            details = "another certctl is at work on it"
        default:
            details = "failed: \(reason ?? "")"
        }
        return "\(name): \(details)\n"
    }
}

/// How all of them stand, as text and as a line of JSON.
struct RenewSummary: Encodable {
    let certificates: Int
    let renewed: Int
    let failed: Int
    /// Those that are due and wait for the moment to be tried again.
    let held: Int
    /// Those that another certctl was at work on.
    let busy: Int
    let isBusy: Bool
    var nextName: String?
    var nextLook: Date?
    /// One that the next run looks at, whenever that is.
    var nextRun: String?

    private let isNamed: Bool
    private let isAnyWaiting: Bool

    private enum CodingKeys: CodingKey {
        case certificates, renewed, failed, held, busy, isBusy, nextName, nextLook, nextRun
    }

    init(_ report: RenewReport) {
        certificates = report.count
        renewed = report.renewed.count
        var (failed, held, busy) = (0, 0, 0)
        for ending in report.endings {
            switch ending.outcome {
            case .failed: failed += 1
            case .held: held += 1
            case .busy: busy += 1
            case .renewed, .kept, .waiting: continue
            }
        }
        (self.failed, self.held, self.busy) = (failed, held + report.held, busy)
        isNamed = report.isNamed
        isAnyWaiting = report.isAnyWaiting
        isBusy = report.isBusy
        nextName = report.next?.name.description
        nextLook = report.next?.moment
        nextRun = report.again?.description
    }

    var text: String {
        guard !isBusy else { return "Another renew is at work; nothing was done.\n" }
        guard certificates > 0 else {
            // Of those that were named an error tells.
            guard !isNamed else { return "" }
            return isAnyWaiting
                ? "No certificate has been issued yet: certctl list tells how\n"
                : "There is no certificate yet: certctl issue example.com\n"
        }
        let number = certificates == 1 ? "1 certificate" : "\(certificates) certificates"
        let parts = [
            (renewed, "renewed"), (failed, "failed"), (held, "held back"),
            (busy, "left to another certctl"),
        ]
        .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let done = parts.isEmpty ? "nothing was due" : parts.joined(separator: ", ")
        let next =
            if let nextRun {
                "; next look at \(nextRun): with the next run"
            } else if let nextName, let nextLook {
                "; next look at \(nextName): \(TimeText.minute(nextLook))"
            } else {
                ""
            }
        let why = held > 0 ? "; certctl renew NAME tells why" : ""
        return "\(number), \(done)\(next)\(why)\n"
    }
}
