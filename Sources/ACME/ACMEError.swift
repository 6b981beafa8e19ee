package import FoundationEssentials
package import HTTP

/// What can go wrong between this client and a CA.
package enum ACMEError: Error, Equatable {
    /// No answer came.
    case noAnswer(TransportFailure, from: WebURL)
    /// The CA is there but cannot serve (5xx); `until` is when it asks to be tried again.
    case busy(Problem, until: Date?)
    /// An answer came that is not what ACME says it has to be.
    case unreadableAnswer(String, excerpt: String)
    /// The CA named a URL that is not https or not on its own server.
    case foreignURL(field: String, value: String)
    /// The CA refused the request.
    case refused(Problem)
    /// The CA refused because of a rate limit; `until` is when it allows another try.
    case rateLimited(Problem, until: Date?)
    /// Every nonce was refused.
    case noncesRefused(attempts: Int)
    /// The CA answered a request for a nonce without one.
    case noNonce
    /// A new account needs agreement to the terms at that address.
    case termsNotAgreed(String)
    /// The account's owner has to do something first, as a rule agree to new terms; `at` is where
    /// the CA tells what.
    case actionRequired(Problem, at: String?)
    /// A new account needs external account binding.
    case externalAccountRequired
    /// The CA has no such resource, as `keyChange`.
    case notOffered(String)
    /// The CA has no such profile.
    case profileNotOffered(String, offered: [String])
    /// The new key of an account is another account's already, of that URL.
    case keyInUse(account: String)
    /// The account was deactivated or revoked.
    case accountNotUsable(status: String)
    /// The CA wants a name validated that was not asked for.
    case foreignName(String)
    /// The CA does not offer http-01 for a name.
    case challengeNotOffered(host: String, offered: [String])
    /// A challenge's token breaks RFC 8555 §8.3.
    case unusableToken(host: String, token: String)
    /// The CA could not validate these names.
    case challengesFailed([ChallengeFailure])
    /// The order failed for another reason than its challenges.
    case orderFailed(Problem?)
    /// An order that was to be resumed is no longer there, or has failed meanwhile.
    case orderGone
    /// The CA did not come to an end in the time allowed.
    case notInTime(String, waited: Duration)
}

/// What the CA met at one name.
package struct ChallengeFailure: Equatable, Sendable {
    package let host: String
    package let problem: Problem?

    package init(host: String, problem: Problem?) {
        self.host = host
        self.problem = problem
    }
}
