import Diagnostics
import Workflows

/// The certificates of one command that were not issued, as one failure.
struct IssueFailure: Diagnosable {
    private let failures: [(name: String, diagnosis: Diagnosis)]
    private let others: Int

    /// Throws what went wrong: the error itself of a command about one certificate, else all of them
    /// together.
    static func check(_ endings: [IssueCertificates.Ending]) throws {
        var failures: [(String, Diagnosis)] = []
        for ending in endings {
            guard case .failure(let error) = ending.result else { continue }
            guard endings.count > 1 else { throw error }
            failures.append(("\(ending.name)", Run.diagnosis(of: error)))
        }
        try check(failures, of: endings.count)
    }

    /// Throws the failures among `count` certificates: the only one as it is, else together.
    static func check(_ failures: [(name: String, diagnosis: Diagnosis)], of count: Int) throws {
        guard !failures.isEmpty else { return }
        throw IssueFailure(failures: failures, others: count - failures.count)
    }

    /// Those that failed for the same reason are told together.
    var diagnosis: Diagnosis {
        if others == 0, failures.count == 1 { return failures[0].diagnosis }
        let names = failures.map(\.name).joined(separator: ", ")
        let reasons = failures.map { "\($0.name): \($0.diagnosis.what): \($0.diagnosis.why)" }
        var fixes: [String] = []
        for failure in failures where !fixes.contains(failure.diagnosis.fix) {
            fixes.append(failure.diagnosis.fix)
        }
        return Diagnosis(
            what: "\(failures.count) of \(failures.count + others) certificates failed: \(names)",
            why: reasons.joined(separator: "; "),
            fix: fixes.joined(separator: "; "),
            exitCode: exitCode
        )
    }

    /// What all of them ended with, where none succeeded; else that it is a part.
    private var exitCode: ExitCode {
        let codes = Set(failures.map(\.diagnosis.exitCode))
        guard others == 0, codes.count == 1, let code = codes.first else { return .partial }
        return code
    }
}
