import FoundationEssentials
import PKI
import Platform
import TestSupport
import Testing

@testable import CertificateStore

/// A manifest guards the files of a generation, and the journal the manifest.
@Suite struct ManifestTruthTests {
    /// What the journal told of a lineage before it told of manifests.
    private enum OlderRecord: Codable {
        case committed(GenerationNumber)
    }

    private let fixture: StoreFixture
    private var store: CertificateStore { fixture.store }
    private var disk: MemoryFileSystem { fixture.disk }

    init() throws {
        fixture = try StoreFixture()
    }

    /// Changes the manifest as it is on disk.
    private func change(
        _ stored: StoredCertificate,
        _ text: String,
        to other: String
    ) throws {
        let path = stored.files.manifest
        let manifest = String(decoding: try disk.readFile(path, limit: 65_536), as: UTF8.self)
        #expect(manifest.contains(text))
        disk.put(path, Array(manifest.replacing(text, with: other).utf8), mode: .publicFile)
    }

    /// Lets the journal be as an older certctl has left it.
    private func forgetManifest(of stored: StoredCertificate) throws {
        let journal = "\(store.layout.lineage(fixture.name))/journal"
        try disk.removeFile(journal)
        try Journal<OlderRecord>(journal, in: disk).append(.committed(stored.number))
    }

    private func isTrue() throws -> Bool {
        let lineage = try store.lineage(fixture.name)
        return try store.isTrue(#require(lineage.current), lineage.progress)
    }

    @Test func `the journal knows the manifest that was committed`() throws {
        let stored = try fixture.commit()
        let progress = try store.lineage(fixture.name).progress
        #expect(progress.committedManifest == stored.manifestDigest)
        #expect(progress.committed == stored.number)
        #expect(try isTrue())
    }

    // D11
    @Test(arguments: [false, true])
    func `a certificate that seems to live for another thousand years is lost`(
        isOlder: Bool
    ) throws {
        let stored = try fixture.commit()
        if isOlder { try forgetManifest(of: stored) }
        #expect(try isTrue())
        try change(stored, #""notAfter" : "2"#, to: #""notAfter" : "3"#)
        #expect(try !isTrue())
        #expect(try store.isLost(store.lineage(fixture.name)))
    }

    @Test func `a manifest that says the same in other bytes is true`() throws {
        let stored = try fixture.commit()
        try change(stored, "\n", to: " \n")
        #expect(try isTrue())
    }

    @Test func `what was committed before a manifest vouches for no other generation`() throws {
        let first = try fixture.commit()
        try fixture.commit()
        let lineage = try store.lineage(fixture.name)
        try change(first, #""notAfter" : "2"#, to: #""notAfter" : "3"#)
        let damaged = try #require(try store.storedCertificate(first.number, of: fixture.name))
        #expect(try !store.isTrue(damaged, lineage.progress))
    }

    @Test func `a disk that does not hold the manifest that was written is told`() throws {
        let staged = GenerationFiles(directory: store.layout.staging(fixture.name)).manifest
        disk.observe { disk in
            guard let bytes = disk.bytes(of: staged), bytes.last == UInt8(ascii: "\n") else {
                return
            }
            disk.put(staged, bytes.dropLast() + [UInt8(ascii: " ")], mode: .publicFile)
        }
        #expect(throws: StoreError.self) { try fixture.commit() }
    }
}
