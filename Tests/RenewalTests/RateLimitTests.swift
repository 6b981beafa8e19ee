import FoundationEssentials
import Renewal
import Testing

/// Let's Encrypt's page on rate limits, as of 2026-08-05.
@Suite struct RateLimitTests {
    private let limits = RateLimits.letsEncrypt

    @Test func `the buckets have the published sizes`() {
        #expect(limits.newOrders.size == 300)
        #expect(limits.registeredDomain.size == 50)
        #expect(limits.sameNames.size == 5)
        #expect(limits.failedValidations.size == 5)
    }

    @Test func `an empty bucket is full again after the published time, or a little more`() {
        let published: [(RateLimit, TimeInterval)] = [
            (limits.newOrders, 3 * .hour), (limits.registeredDomain, 7 * .day),
            (limits.sameNames, 7 * .day), (limits.failedValidations, .hour),
        ]
        for (limit, span) in published {
            #expect((span...span * 1.02).contains(limit.span), "\(limit.subject)")
        }
    }

    @Test func `staging has more room in every bucket`() {
        let staging = RateLimits.letsEncryptStaging
        #expect(staging.newOrders.refill < limits.newOrders.refill)
        #expect(staging.registeredDomain.refill < limits.registeredDomain.refill)
        #expect(staging.sameNames.refill < limits.sameNames.refill)
        #expect(staging.failedValidations.refill < limits.failedValidations.refill)
    }
}
