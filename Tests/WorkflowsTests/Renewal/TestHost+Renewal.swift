import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import Platform
import Renewal
import Synchronization
import TestSupport

@testable import Workflows

extension TestHost {
    /// The CA tells when it would like certificates to be renewed.
    func advise(_ advice: @escaping @Sendable () -> HTTPResponse) {
        network.withCA { ca in
            ca.behaviour.moreOfDirectory = #","renewalInfo":"\#(ca.base)/renewalInfo""#
            ca.behaviour.advice = advice
        }
    }

    /// Renews in a process of its own, as the timer does.
    @discardableResult
    func renew(
        _ names: [String] = [],
        isForced: Bool = false,
        on fileSystem: (any FileSystem)? = nil
    ) async throws -> RenewReport {
        var request = RenewRequest(agreesToTerms: { _ in true })
        request.names = names
        request.isForced = isForced
        return try await RenewCertificates(services(on: fileSystem ?? disk), request).run()
    }

    static let second = "https://second.test/directory"

    /// Adds a second CA to the network, and names it as the one for when the first is down.
    func addSecond() throws {
        let clock = clock
        network.add(FakeCA(authority, at: "https://second.test") { clock.truth })
        configure("fallback \(Self.second);\n")
    }

    func configure(_ text: String) {
        disk.put("\(Self.home)/etc/certctl.conf", Array(text.utf8))
    }

    /// Issues a certificate by the first CA, and one by the second that stands in for it.
    func issueBySubstitute(_ name: String) async throws {
        try await issue([name])
        try await issue([name]) { request in
            request.authority = CertificateAuthority(Self.second)
            request.isSubstitute = true
            request.isForced = true
        }
    }

    /// Lets time pass, and the clock with it.
    func wait(_ interval: TimeInterval) {
        clock.advance(by: .seconds(interval))
    }

    /// How many requests a CA has had.
    func requests(at place: Int = 0) -> Int { network.withCA(place) { $0.requestCount } }

    /// How many certificates a CA has made.
    func certificates(at place: Int = 0) -> Int { network.withCA(place) { $0.certificateCount } }

    /// How often a CA was asked for something.
    func count(_ resource: FakeCA.Resource, at place: Int = 0) -> Int {
        network.withCA(place) { $0.counts[resource] ?? 0 }
    }

    /// The number of the current generation.
    func generation(_ name: String) throws -> Int? {
        guard let name = LineageName(name) else { return nil }
        return try store.lineage(name).current?.number.value
    }

    /// Until when the current certificate is valid.
    func notAfter(_ name: String) throws -> Date? {
        guard let name = LineageName(name) else { return nil }
        return try store.lineage(name).current?.manifest.notAfter
    }
}

extension RenewReport {
    /// What came of each lineage, in a word or two.
    var words: [String: String] {
        endings.reduce(into: [:]) { $0[$1.name.description] = $1.outcome.words }
    }
}

extension RenewOutcome {
    var words: String {
        switch self {
        case .renewed(_, let cause): "renewed: \(cause.rawValue)"
        case .kept: "kept"
        case .held(_, let hold, _): "held: \(hold.rawValue)"
        case .failed(let error):
            "failed: \((error as? any Diagnosable)?.diagnosis.exitCode.rawValue ?? -1)"
        case .busy: "busy"
        case .waiting: "waiting"
        }
    }
}

/// A file system that notes every path that is looked at.
final class WatchedFileSystem: FileSystem {
    private let inner: MemoryFileSystem
    private let seen = Mutex<Set<String>>([])
    private let opened = Mutex<[String: Int]>([:])

    init(_ inner: MemoryFileSystem) {
        self.inner = inner
    }

    /// The paths that were looked at.
    var paths: Set<String> { seen.withLock { $0 } }

    /// How often a file was opened.
    func opens(_ path: String) -> Int { opened.withLock { $0[path] ?? 0 } }

    private func note(_ path: String) {
        seen.withLock { _ = $0.insert(path) }
    }

    func open(_ path: String, _ purpose: OpenPurpose) throws(FileSystemError) -> OpenFile {
        note(path)
        opened.withLock { $0[path, default: 0] += 1 }
        return try inner.open(path, purpose)
    }

    func read(_ file: OpenFile, count: Int) throws(FileSystemError) -> [UInt8] {
        try inner.read(file, count: count)
    }

    func read(
        _ file: OpenFile,
        count: Int,
        at offset: Int
    ) throws(FileSystemError) -> [UInt8] {
        try inner.read(file, count: count, at: offset)
    }

    func write(_ file: OpenFile, _ bytes: ArraySlice<UInt8>) throws(FileSystemError) -> Int {
        try inner.write(file, bytes)
    }

    func truncate(_ file: OpenFile, to length: Int) throws(FileSystemError) {
        try inner.truncate(file, to: length)
    }

    func setOwner(
        _ file: OpenFile,
        _ owner: UInt32,
        group: UInt32
    ) throws(FileSystemError) {
        try inner.setOwner(file, owner, group: group)
    }

    func setMode(_ file: OpenFile, _ mode: FileMode) throws(FileSystemError) {
        try inner.setMode(file, mode)
    }

    func sync(_ file: OpenFile) throws(FileSystemError) { try inner.sync(file) }

    func close(_ file: OpenFile) throws(FileSystemError) { try inner.close(file) }

    func lock(_ file: OpenFile) throws(FileSystemError) -> Bool { try inner.lock(file) }

    func rename(
        _ path: String,
        to target: String,
        exclusive: Bool
    ) throws(FileSystemError) {
        note(path)
        try inner.rename(path, to: target, exclusive: exclusive)
    }

    func makeDirectory(_ path: String, _ mode: FileMode) throws(FileSystemError) {
        note(path)
        try inner.makeDirectory(path, mode)
    }

    func makeSymbolicLink(_ path: String, to target: String) throws(FileSystemError) {
        note(path)
        try inner.makeSymbolicLink(path, to: target)
    }

    func readSymbolicLink(_ path: String) throws(FileSystemError) -> String {
        note(path)
        return try inner.readSymbolicLink(path)
    }

    func removeFile(_ path: String) throws(FileSystemError) {
        note(path)
        try inner.removeFile(path)
    }

    func removeDirectory(_ path: String) throws(FileSystemError) {
        note(path)
        try inner.removeDirectory(path)
    }

    func status(_ path: String) throws(FileSystemError) -> FileStatus? {
        note(path)
        return try inner.status(path)
    }

    func list(_ path: String) throws(FileSystemError) -> [String] {
        note(path)
        return try inner.list(path)
    }

    func space(_ path: String) throws(FileSystemError) -> FreeSpace { try inner.space(path) }
}
