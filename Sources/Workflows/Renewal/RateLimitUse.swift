import ACME
import PKI
import Renewal

/// One of a CA's limits that an order may come to use.
struct RateLimitUse: Equatable {
    let limit: RateLimit
    /// Whom it is for, as it is counted.
    let key: String
    /// The same, as people are told.
    let shown: String

    /// Whether it is used only when a certificate has been issued.
    var isOfCertificate: Bool {
        switch limit.subject {
        case .sameNames, .registeredDomain: true
        case .newOrders, .failedValidations: false
        }
    }

    /// All those of an order, as the CA has published them.
    static func all(of order: LimitedOrder) -> [RateLimitUse] {
        guard order.kind != .replacement, let limits = order.authority.rateLimits else { return [] }
        let folder = order.authority.folder
        let all = order.names.sorted().joined(separator: " ")
        let digits = Hexadecimal.digest(Array(all.utf8)).prefix(16)
        var uses = [RateLimitUse(limit: limits.sameNames, key: "\(folder) \(digits)", shown: all)]
        uses += order.names.map { name in
            RateLimitUse(limit: limits.failedValidations, key: "\(folder) \(name)", shown: name)
        }
        guard order.kind == .new else { return uses }
        uses += Set(order.names.map(RegisteredDomain.guess)).sorted().map { domain in
            RateLimitUse(
                limit: limits.registeredDomain,
                key: "\(folder) \(domain)",
                shown: domain
            )
        }
        uses.append(
            RateLimitUse(limit: limits.newOrders, key: "\(folder) account", shown: folder)
        )
        return uses
    }
}
