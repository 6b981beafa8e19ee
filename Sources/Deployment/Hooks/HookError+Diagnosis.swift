package import Diagnostics

extension HookError.Obstacle {
    fileprivate var text: String {
        switch self {
        case .missing: "there is no such file"
        case .symbolicLink: "it is a symbolic link; what it leads to could be changed unseen"
        case .notExecutable: "it is not an executable file"
        }
    }

    fileprivate func fix(_ path: String) -> String {
        switch self {
        case .missing: "put the hook there, or give the absolute path of the one that is meant"
        case .symbolicLink:
            "put a script there that runs what it leads to: rm '\(path)', then write it"
        case .notExecutable: "chmod +x '\(path)'"
        }
    }
}

extension HookError {
    private var path: String {
        switch self {
        case .notRunnable(let path, _), .notTrusted(let path, _), .notStarted(let path, _),
            .failed(let path, _, _), .killed(let path, _, _), .timedOut(let path, _, _),
            .lostMeanwhile(let path, _, _):
            path
        }
    }

    /// What is wrong with which hook, where no certificate is concerned; harmless to print.
    package var trouble: String { "the hook \(path.harmless(limit: 300)): \(diagnosis.why)" }
}

extension HookError: Diagnosable {
    package var diagnosis: Diagnosis {
        switch self {
        case .notRunnable(let path, let obstacle):
            unusable(path, obstacle.text, fix: obstacle.fix)
        case .notTrusted(let path, let reason):
            unusable(path, reason) { "chmod go-w '\($0)', and let root or yourself own it" }
        case .notStarted(let path, let reason):
            failure(path, reason)
        case .failed(let path, let status, let output):
            failure(path, "it ended with status \(status)\(Self.tail(output))")
        case .killed(let path, let signal, let output):
            failure(path, "signal \(signal) ended it\(Self.tail(output))")
        case .timedOut(let path, let seconds, let output):
            failure(path, "it did not end within \(seconds) s\(Self.tail(output))")
        case .lostMeanwhile(let path, let reason, let fix):
            Diagnosis(
                what: "the certificate is saved, but the hook \(path.harmless(limit: 300)) "
                    + "cannot be run",
                why: reason,
                fix: "\(fix); then run: certctl deploy",
                exitCode: .deployment
            )
        }
    }

    private func unusable(
        _ path: String,
        _ reason: String,
        fix: (_ path: String) -> String
    ) -> Diagnosis {
        let shown = path.harmless(limit: 300)
        return Diagnosis(
            what: "the hook \(shown) cannot be run",
            why: reason,
            fix: fix(shown),
            exitCode: .configuration
        )
    }

    private func failure(_ path: String, _ reason: String) -> Diagnosis {
        Diagnosis(
            what: "the certificate is saved, but the hook \(path.harmless(limit: 300)) failed",
            why: reason,
            fix: "mend what it names, then run certctl deploy: only the hooks run again",
            exitCode: .deployment
        )
    }

    private static func tail(_ output: String) -> String {
        output.isEmpty ? "" : ": \(output)"
    }
}
