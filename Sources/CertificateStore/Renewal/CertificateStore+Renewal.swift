import FoundationEssentials
package import Platform
package import Renewal

/// What the renewer remembers besides limits, advice and failures.
extension CertificateStore {
    private static let secretLength = 32

    /// Takes the lock that one `renew` has at a time; `nil` while another one is at work.
    package func lockRenewal() throws -> FileLock? {
        try FileLock(layout.renewalLock, in: fileSystem)
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
        let known = try contents(layout.renewalSecret, limit: Self.secretLength)
        return known?.count == Self.secretLength ? known : nil
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

    /// Reads JSON; `nil` where there is none, or none that can be read.
    func readable<Value: Decodable>(
        _ type: Value.Type,
        _ path: String,
        limit: Int = 256 * 1024
    ) throws -> Value? {
        guard let bytes = try contents(path, limit: limit) else { return nil }
        // Whatever is wrong with it, there is nothing to be had from it.
        return try? StoreJSON.decode(type, bytes)
    }

    /// The bytes of a file that may be lost; `nil` where there is none, one that certctl would not have made, or
    /// one that the disk cannot read any more: the next one takes its place.
    func contents(_ path: String, limit: Int) throws -> [UInt8]? {
        guard let status = try fileSystem.status(path), status.kind == .file,
            status.size <= limit
        else { return nil }
        do {
            return try fileSystem.readFile(path, limit: limit)
        } catch let error where error.isOfWhatIsThere {
            return nil
        }
    }
}
