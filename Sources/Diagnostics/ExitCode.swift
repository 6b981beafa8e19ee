/// The status that the process ends with; 0 means that it is done.
///
/// The numbers are a promise to scripts and never change.
package enum ExitCode: Int32, CaseIterable, Sendable {
    /// Done, or nothing was due.
    case success = 0
    /// A bug in certctl.
    case internalError = 1
    /// The command line cannot be understood.
    case usage = 2
    /// Settings, hosts or a lineage that does not exist.
    case configuration = 3
    /// The network or the CA is down; worth another try.
    case unreachable = 4
    /// The CA refused, and would refuse again.
    case refused = 5
    /// The CA could not validate a name.
    case challengeFailed = 6
    /// The CA's rate limit was reached, or a failure is too short ago; the moment to try again is printed.
    case rateLimited = 7
    /// Disk, permissions, a lock that another process holds.
    case store = 8
    /// nginx, its container or a hook failed; what was issued is saved.
    case deployment = 9
    /// `watch` found something.
    case findings = 10
    /// Some certificates were issued, others failed.
    case partial = 11

    /// What the status tells an operator, in a few words.
    package var meaning: String {
        switch self {
        case .success: "done, or nothing to do"
        case .internalError: "a bug in certctl"
        case .usage: "the command line"
        case .configuration: "settings, hosts, a port that is held, an unknown certificate"
        case .unreachable: "network or CA down, or what answers is no CA"
        case .refused: "the CA refused, or sent what cannot be used"
        case .challengeFailed: "the CA could not validate a name"
        case .rateLimited: "a limit of the CA, or a pause after a failure; says until when"
        case .store: "the store: disk, permissions, a lock"
        case .deployment: "nginx, its container or a hook failed; what was issued is saved"
        case .findings: "watch found what needs you"
        case .partial: "some certificates were issued, others failed"
        }
    }
}
