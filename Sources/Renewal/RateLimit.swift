package import FoundationEssentials

/// One of a CA's limits: a bucket of tokens that fills up again, one at a time.
package struct RateLimit: Equatable, Hashable, Sendable {
    /// What is counted, and for whom.
    package enum Subject: String, Sendable {
        /// Orders of an account.
        case newOrders = "new orders of this account"
        /// Certificates for names below one registered domain.
        case registeredDomain = "certificates for this domain"
        /// Certificates for exactly the same names.
        case sameNames = "certificates for exactly these names"
        /// Validations of a name that failed.
        case failedValidations = "failed validations of this name"
    }

    package let subject: Subject
    /// How many tokens there are at most.
    package let size: Int
    /// How long until there is one more, in seconds.
    package let refill: TimeInterval

    package init(_ subject: Subject, size: Int, refill: TimeInterval) {
        self.subject = subject
        self.size = size
        self.refill = refill
    }

    /// How long an empty bucket takes to be full, in seconds.
    package var span: TimeInterval { Double(size) * refill }
}

/// The limits of one CA, as far as it has published them.
package struct RateLimits: Equatable, Sendable {
    package let newOrders: RateLimit
    package let registeredDomain: RateLimit
    package let sameNames: RateLimit
    package let failedValidations: RateLimit

    /// Source: Let's Encrypt's page on rate limits, of 2026-08-05.
    package static let letsEncrypt = RateLimits(
        newOrders: RateLimit(.newOrders, size: 300, refill: 36),
        registeredDomain: RateLimit(.registeredDomain, size: 50, refill: 202 * .minute),
        sameNames: RateLimit(.sameNames, size: 5, refill: 34 * .hour),
        failedValidations: RateLimit(.failedValidations, size: 5, refill: 12 * .minute)
    )

    /// Those of its staging, where the limit of domains and of accounts is as good as none.
    ///
    /// Source: Let's Encrypt's page on its staging.
    package static let letsEncryptStaging = RateLimits(
        newOrders: RateLimit(.newOrders, size: 1500, refill: 3 * .hour / 1500),
        registeredDomain: RateLimit(.registeredDomain, size: 30_000, refill: 7 * .day / 30_000),
        sameNames: RateLimit(.sameNames, size: 30_000, refill: 7 * .day / 30_000),
        failedValidations: RateLimit(.failedValidations, size: 200, refill: .hour / 200)
    )
}
