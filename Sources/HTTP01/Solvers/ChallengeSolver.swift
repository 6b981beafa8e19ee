package import ACME

/// A way to answer HTTP-01 challenges.
package protocol ChallengeSolver: Sendable {
    /// Holds whatever answering takes, such as a bound port, while `body` runs; lets go of it after.
    ///
    /// - Parameter body: What needs the answers. It gets the one that presents them, which is of no
    ///   use once `body` has ended.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws. Where answering cannot be had it throws before `body` begins,
    ///   so that nothing was asked of the CA by then.
    func serving<Result: Sendable>(
        _ body: (any ChallengePresenter) async throws -> Result
    ) async throws -> Result
}

/// What can be told to answer.
package protocol ChallengePresenter: Sendable {
    /// Serves `answers` from its return on, until the solver's `serving` ends.
    ///
    /// They stay as long because CAs ask from several places, and some of them late.
    func present(_ answers: [KeyAuthorization]) async throws

    /// Sends requests for `hosts` that are for no challenge to https from now on, where what answers
    /// owns port 80 for good; to be called once there is a certificate for them.
    func redirect(_ hosts: [DomainName]) async
}

extension ChallengePresenter {
    /// Does nothing: what answers is gone when the order is over.
    package func redirect(_ hosts: [DomainName]) async {}
}
