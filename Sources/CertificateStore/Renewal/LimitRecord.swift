package import FoundationEssentials
package import Platform
package import Renewal

/// What is used of CAs' limits, and how the CAs have been; shared by all who order.
package struct LimitRecord: Codable, Equatable, Sendable {
    package var ledger = RateLimitLedger()
    /// Failures of a CA itself, by the URL of its directory.
    package var breakers: [String: FailureRecord] = [:]
    /// Until when an account may order nothing, by the same.
    package var holds: [String: Date] = [:]

    package init() {}

    /// How a CA has been.
    package func health(of authority: String) -> AuthorityHealth {
        AuthorityHealth(breaker: breakers[authority], limit: holds[authority])
    }
}

extension CertificateStore {
    /// Ten thousand certificates of six days leave half a megabyte.
    private static let limitsLimit = 16 * 1024 * 1024

    /// Takes the lock under which the limits are changed; `nil` while another has it.
    package func lockLimits() throws -> FileLock? {
        try FileLock(layout.limitsLock, in: fileSystem)
    }

    /// What is used of limits; a damaged file counts as nothing, and the CAs keep their own count.
    package func limits() throws -> LimitRecord {
        try readable(LimitRecord.self, layout.limits, limit: Self.limitsLimit) ?? LimitRecord()
    }

    /// Keeps what is used of limits; the caller has the lock.
    package func save(_ limits: LimitRecord) throws {
        try replace(layout.limits, with: limits)
    }
}
