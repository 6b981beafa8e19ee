import Diagnostics

/// Why a hook could not do its work.
package enum HookError: Error, Equatable {
    /// There is no file, or none that can be run.
    case notRunnable(path: String, Obstacle)
    /// Someone other than its owner could change what certctl runs.
    case notTrusted(path: String, reason: String)
    /// It could not be started.
    case notStarted(path: String, reason: String)
    /// It ended with another status than 0; `output` is the end of what it wrote.
    case failed(path: String, status: Int32, output: String)
    case killed(path: String, signal: Int32, output: String)
    case timedOut(path: String, seconds: Int64, output: String)
    /// It could be run no more when the certificate was there: how to mend that.
    case lostMeanwhile(path: String, reason: String, fix: String)

    /// Why there is nothing to run.
    package enum Obstacle: Equatable, Sendable {
        case missing
        /// It is not followed: what it leads to could be changed by others.
        case symbolicLink
        case notExecutable
    }
}

extension HookError {
    /// The same where the certificate that it is for has been committed.
    package var afterCommit: HookError {
        switch self {
        case .notRunnable(let path, _), .notTrusted(let path, _):
            .lostMeanwhile(path: path, reason: diagnosis.why, fix: diagnosis.fix)
        case .notStarted, .failed, .killed, .timedOut, .lostMeanwhile: self
        }
    }
}
