import Diagnostics
import Platform

/// What came of the share of the store's owner.
enum OwnersEnding: Equatable, Sendable {
    /// His process has told what it had to.
    case ended(ExitCode)
    case died(user: UInt32, ChildResult.Ending)
    case notStarted(user: UInt32, ProcessError)

    /// Throws what has failed: on root's side, where `rest` is done, on the owner's, or on both.
    func conclude(_ rest: () async throws -> Void = {}) async throws {
        do {
            try await rest()
        } catch {
            var diagnosis = Run.diagnosis(of: error)
            if let failure {
                let code = diagnosis.exitCode
                if !failure.isTold { diagnosis = failure.diagnosis.followed(by: diagnosis) }
                diagnosis.exitCode = failure.exitCode == code ? code : .partial
            }
            throw OwnersFailure(diagnosis: diagnosis, isTold: false)
        }
        if let failure { throw failure }
    }

    private var failure: OwnersFailure? {
        switch self {
        case .ended(.success): nil
        case .ended(let code): OwnersFailure(told: code)
        case .died(let user, let ending):
            OwnersFailure(
                diagnosis: Diagnosis(
                    what: "certctl was ended while it worked as user \(user)",
                    why: Self.reason(ending),
                    fix: "run the same command again: it goes on where that one stopped",
                    exitCode: .internalError
                ),
                isTold: false
            )
        case .notStarted(let user, let error):
            OwnersFailure(
                diagnosis: Diagnosis(
                    what: "certctl could not be started as user \(user), whose store it is",
                    why: "\(error.executable): \(error.reason)".harmless(limit: 300),
                    fix: "see that the user is there (getent passwd \(user)) and may run certctl",
                    exitCode: .store
                ),
                isTold: false
            )
        }
    }

    private static func reason(_ ending: ChildResult.Ending) -> String {
        switch ending {
        case .exited(let status): "it ended with status \(status)"
        case .signalled(let signal): "signal \(signal) ended it"
        case .timedOut: "it took too long"
        }
    }
}

extension Diagnosis {
    /// Both in one.
    fileprivate func followed(by other: Diagnosis) -> Diagnosis {
        Diagnosis(
            what: "\(what); and \(other.what)",
            why: "\(why); and \(other.why)",
            fix: "\(fix); and \(other.fix)",
            exitCode: exitCode
        )
    }
}

/// A failure of a command that two processes have a share in.
struct OwnersFailure: Diagnosable {
    let diagnosis: Diagnosis
    /// Whether the other process has told it.
    let isTold: Bool

    var exitCode: ExitCode { diagnosis.exitCode }

    init(diagnosis: Diagnosis, isTold: Bool) {
        self.diagnosis = diagnosis
        self.isTold = isTold
    }

    /// One that is told already, with that status.
    init(told code: ExitCode) {
        self.init(
            diagnosis: Diagnosis(what: "", why: "", fix: "", exitCode: code),
            isTold: true
        )
    }
}
