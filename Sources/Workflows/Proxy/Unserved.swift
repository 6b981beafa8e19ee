import Deployment
package import Diagnostics

/// A failure of nginx or of its engine where it is not a certificate that waits to be used.
package struct Unserved: Error, Diagnosable {
    /// What has failed.
    let failure: any DeploymentFailure
    /// What is to come once that is mended.
    let retry: Retry

    package var diagnosis: Diagnosis { failure.diagnosis(before: retry) }

    /// Does `body`; what fails of it is told with what is to come.
    static func by<Outcome>(
        _ retry: Retry,
        _ body: () async throws -> Outcome
    ) async throws -> Outcome {
        do {
            return try await body()
        } catch let failure as any DeploymentFailure {
            throw Unserved(failure: failure, retry: retry)
        }
    }
}
