import CertificateStore
import Diagnostics
import FoundationEssentials
import Settings

extension Observation {
    private static let longest = 1000

    /// What there is to say of a certctl.conf that cannot be used.
    ///
    /// It is critical whatever is wrong: nothing is renewed until somebody has mended it.
    ///
    /// - Parameters:
    ///   - error: Why it cannot be used.
    ///   - now: The moment that it is judged at.
    /// - Returns: What is told, with the place and what to do.
    static func ofSettings(_ error: any Error, now: Date) -> Observation {
        let message = "nothing is renewed, since certctl.conf cannot be used: \(reason(of: error))"
        return Observation(
            state: .settingsUnusable,
            level: .critical,
            message: message.harmless(limit: longest),
            since: now
        )
    }

    /// The first thing that is wrong, with its place and what to do, and how many there are besides.
    private static func reason(of error: any Error) -> String {
        guard let error = error as? SettingsError, let first = error.findings.first else {
            let diagnosis = (error as? any Diagnosable)?.diagnosis
            return diagnosis.map(sentence) ?? "\(error)"
        }
        let others = error.findings.count - 1 + error.omitted
        return sentence(error.diagnosis(of: first)) + (others > 0 ? "; and \(others) more" : "")
    }

    private static func sentence(_ diagnosis: Diagnosis) -> String {
        "\(diagnosis.what): \(diagnosis.why); \(diagnosis.fix)"
    }
}
