import ACME
import FoundationEssentials
import Renewal

/// What a CA is asked for.
struct ModelOrder: Sendable {
    let lineage: Int
    let names: [String]
    /// The certificate that the new one takes the place of, as far as the client says.
    let replaces: UInt64?
    /// Whether there was a certificate for exactly these names before.
    let isRenewal: Bool
}

/// The limits of Let's Encrypt, counted by the CA.
///
/// It is stricter than Let's Encrypt in one thing: failed validations count for orders as well that
/// name their predecessor.
///
/// Source: Let's Encrypt's page on rate limits, of 2026-08-05.
struct ModelLimits: Sendable {
    /// How often a client has run into a limit.
    private(set) var hits = 0

    private var newOrders = TokenBucket(size: 300, refill: 36)
    private var domains: [String: TokenBucket] = [:]
    private var sameNames: [String: TokenBucket] = [:]
    private var failures: [String: TokenBucket] = [:]
    /// Failures without a success, of which one a day is forgiven.
    private var inARow: [String: TokenBucket] = [:]

    private static let domain = TokenBucket(size: 50, refill: 202 * .minute)
    private static let set = TokenBucket(size: 5, refill: 34 * .hour)
    private static let failure = TokenBucket(size: 5, refill: 12 * .minute)
    private static let row = TokenBucket(size: 1152, refill: .day)

    /// Counts an order.
    ///
    /// Throws ``ACMEError/rateLimited(_:until:)`` for one too many.
    mutating func admit(_ order: ModelOrder, isExempt: Bool, at now: Date) throws {
        for name in order.names {
            try check(failures[name] ?? Self.failure, "failed validations of \(name)", at: now)
            try check(inARow[name] ?? Self.row, "\(name) is paused", at: now)
        }
        guard !isExempt else { return }
        try check(sameNames[order.set] ?? Self.set, "certificates for these names", at: now)
        // One for names that had a certificate counts neither for the account nor for the domain.
        guard !order.isRenewal else { return }
        for domain in order.domains {
            try check(domains[domain] ?? Self.domain, "certificates for \(domain)", at: now)
        }
        try check(newOrders, "orders of the account", at: now)
        _ = newOrders.take(at: now)
    }

    /// Counts a certificate.
    mutating func noteIssued(_ order: ModelOrder, isExempt: Bool, at now: Date) {
        guard !isExempt else { return }
        _ = sameNames[order.set, default: Self.set].take(at: now)
        guard !order.isRenewal else { return }
        for domain in order.domains {
            _ = domains[domain, default: Self.domain].take(at: now)
        }
    }

    /// Counts names that could not be validated.
    mutating func noteFailure(_ order: ModelOrder, at now: Date) {
        for name in order.names {
            _ = failures[name, default: Self.failure].take(at: now)
            _ = inARow[name, default: Self.row].take(at: now)
        }
    }

    /// Forgives what is forgiven after a success.
    mutating func noteValidated(_ order: ModelOrder) {
        for name in order.names where inARow[name] != nil {
            inARow[name] = nil
        }
    }

    private mutating func check(_ bucket: TokenBucket, _ what: String, at now: Date) throws {
        let next = bucket.next(at: now)
        guard next > now.addingTimeInterval(0.001) else { return }
        hits += 1
        throw ACMEError.rateLimited(Problem(kind: .rateLimited, detail: what), until: next)
    }
}

extension ModelOrder {
    fileprivate var set: String { names.sorted().joined(separator: ",") }

    /// Those of the model's names, which all end in a domain of two labels.
    fileprivate var domains: Set<String> {
        Set(names.map { $0.split(separator: ".").suffix(2).joined(separator: ".") })
    }
}
