package import Diagnostics

/// What brings about what could not be done, once that is mended.
package enum Retry: Sendable {
    /// A certificate is saved, and is to be brought into use.
    case deploy
    /// Nothing waits but what certctl.conf says.
    case apply
    /// Neither would do that.
    case sameCommand

    /// What to do, behind "then ".
    package var words: String { command.map { "run: \($0)" } ?? "run the same command again" }

    /// The command, to be pasted; `nil` where only the caller knows it.
    package var command: String? {
        switch self {
        case .deploy: "certctl deploy"
        case .apply: "certctl apply"
        case .sameCommand: nil
        }
    }
}

/// A failure of nginx or of its engine: who deploys a certificate meets it, and who only changes sites.
package protocol DeploymentFailure: Diagnosable {
    /// What an operator needs to know, with what comes after the fix.
    func diagnosis(before retry: Retry) -> Diagnosis
}

extension DeploymentFailure {
    /// Told to who deploys a certificate.
    package var diagnosis: Diagnosis { diagnosis(before: .deploy) }
}
