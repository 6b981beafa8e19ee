import Diagnostics
import FoundationEssentials
import PKI
import Platform
import TestSupport

@testable import CertificateStore

/// A store on a disk in memory, and certificates to put there.
struct StoreFixture {
    static let now = Date(timeIntervalSince1970: 1_800_000_000)

    let disk = MemoryFileSystem()
    let store: CertificateStore
    let name: LineageName
    let authority: TestCertificateAuthority
    let settings = LineageSettings(
        names: ["example.com"],
        authority: "https://ca.test/directory",
        authorityRoots: nil,
        keyType: "p256",
        http01: "auto",
        http01Port: 80,
        http01Address: nil
    )

    init() throws {
        disk.put(directory: "/home")
        store = CertificateStore(StoreLayout(home: "/home/lib-parent"), in: disk, user: 1000)
        disk.put(directory: "/home/lib-parent")
        guard let name = LineageName("example.com") else { preconditionFailure("it is a name") }
        self.name = name
        authority = try TestCertificateAuthority.make().intermediate()
        try store.prepare()
    }

    /// The same store, where a group may read keys.
    func store(for group: UInt32) -> CertificateStore {
        CertificateStore(store.layout, in: disk, user: 1000, keyGroup: group)
    }

    /// Stages a key and commits a certificate for it.
    @discardableResult
    func commit() throws -> StoredCertificate {
        let key = try PrivateKey.make(.p256)
        let request = try CertificateSigningRequest(dnsNames: ["example.com"], key: key)
        _ = try store.lock(name)
        try store.stage(key, request: request, settings: settings, for: name)
        return try store.commit(chain(for: key), keyType: .p256, for: name)
    }

    func chain(for key: PrivateKey) throws -> CertificateChain {
        let leaf = try authority.issue(
            publicKey: key.publicKey,
            dnsNames: ["example.com"],
            notBefore: Self.now,
            notAfter: Self.now + 90 * 86_400
        )
        return try CertificateChain(pem: authority.chainPEM(leaf: leaf))
    }
}
