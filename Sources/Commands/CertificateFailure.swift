import CertificateStore
import Diagnostics

/// The certificates of one command that nothing came of, as one failure.
struct CertificateFailure: Diagnosable {
    /// Nobody reads more, and `certctl list` has the rest.
    private static let mostTold = 20

    private let failures: [(name: String, diagnosis: Diagnosis)]
    private let total: Int
    /// What it ends with where some failed otherwise than others, or did not fail.
    private let mixed: ExitCode

    /// Throws what went wrong: the error itself of a command about one certificate, else all of them
    /// together, which end with `mixed` unless all certificates ended alike.
    static func check(
        _ endings: [(name: LineageName, error: (any Error)?)],
        mixed: ExitCode
    ) throws {
        var failures: [(String, Diagnosis)] = []
        for ending in endings {
            guard let error = ending.error else { continue }
            guard endings.count > 1 else { throw error }
            failures.append(("\(ending.name)", Run.diagnosis(of: error)))
        }
        guard !failures.isEmpty else { return }
        throw CertificateFailure(failures: failures, total: endings.count, mixed: mixed)
    }

    /// Those that failed for the same reason are told together.
    var diagnosis: Diagnosis {
        let told = failures.prefix(Self.mostTold)
        let more = failures.count - told.count
        let names =
            told.map(\.name).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
        let reasons = told.map { "\($0.name): \($0.diagnosis.what): \($0.diagnosis.why)" }
        var fixes: [String] = []
        for failure in failures where !fixes.contains(failure.diagnosis.fix) {
            fixes.append(failure.diagnosis.fix)
        }
        return Diagnosis(
            what: "\(failures.count) of \(total) certificates failed: \(names)",
            why: reasons.joined(separator: "; "),
            fix: fixes.joined(separator: "; "),
            exitCode: exitCode
        )
    }

    /// What all of them ended with, where none succeeded.
    ///
    /// What is saved and not in use was issued, as were those that have succeeded.
    private var exitCode: ExitCode {
        let codes = Set(failures.map(\.diagnosis.exitCode))
        guard codes != [.deployment] else { return .deployment }
        guard failures.count == total, codes.count == 1, let code = codes.first else {
            return mixed
        }
        return code
    }
}

extension Result {
    /// Why there is no success; `nil` where there is.
    var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
