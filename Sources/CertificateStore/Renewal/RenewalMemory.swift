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
    private static let secretLength = 32

    /// Takes the lock that one `renew` has at a time; `nil` while another one is at work.
    package func lockRenewal() throws -> FileLock? {
        try FileLock(layout.renewalLock, in: fileSystem)
    }

    /// Takes the lock under which the limits are changed; `nil` while another has it.
    package func lockLimits() throws -> FileLock? {
        try FileLock(layout.limitsLock, in: fileSystem)
    }

    /// What is used of limits; a damaged file counts as nothing, and the CAs keep their own count.
    package func limits() throws -> LimitRecord {
        try readable(LimitRecord.self, layout.limits) ?? LimitRecord()
    }

    /// Keeps what is used of limits; the caller has the lock.
    package func save(_ limits: LimitRecord) throws {
        try replace(layout.limits, with: limits)
    }

    /// What is remembered of the time; `nil` at the first run.
    package func clockRecord() throws -> ClockRecord? {
        try readable(ClockRecord.self, layout.clockRecord)
    }

    /// Remembers the time.
    package func save(_ record: ClockRecord) throws {
        try replace(layout.clockRecord, with: record)
    }

    /// What this host draws its random moments with; `nil` where there is nothing yet.
    ///
    /// It guards nothing: another one moves renewals within their windows.
    package func renewalSecret() throws -> [UInt8]? {
        guard try fileSystem.status(layout.renewalSecret)?.kind == .file else { return nil }
        let known = try fileSystem.readFile(layout.renewalSecret, limit: 4096)
        return known.count == Self.secretLength ? known : nil
    }

    /// The same; made of `bytes` where there is none yet.
    package func renewalSecret(orMake bytes: () -> [UInt8]) throws -> [UInt8] {
        if let known = try renewalSecret() { return known }
        let fresh = Array(bytes().prefix(Self.secretLength))
        try fileSystem.replaceFile(
            layout.renewalSecret,
            fresh,
            .privateFile,
            temporary: layout.renewalSecret + ".new"
        )
        return fresh
    }

    private func readable<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value? {
        guard try fileSystem.status(path)?.kind == .file else { return nil }
        do {
            return try decode(type, path)
        } catch is StoreError {
            return nil
        }
    }
}
