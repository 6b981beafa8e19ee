import PKI
import Platform
import TestSupport
import Testing

@testable import CertificateStore

/// Design §6: `accounts/CA/{account.json,key.pem}`, both 0600.
@Suite struct AccountStoreTests {
    private let fixture: StoreFixture
    private let accounts: AccountStore
    private let folder: String

    init() throws {
        fixture = try StoreFixture()
        accounts = AccountStore(fixture.store, authority: "ca.test-00000000")
        folder = "\(fixture.store.layout.state)/accounts/ca.test-00000000"
        _ = try accounts.lock()
    }

    @Test func `a key comes back as it was saved`() throws {
        let key = try PrivateKey.make(.p256)
        try accounts.save(key)
        #expect(try accounts.key()?.publicKey == key.publicKey)
        #expect(try fixture.disk.status("\(folder)/key.pem")?.mode == .privateFile)
    }

    @Test(arguments: [UInt32(0o644), 0o640, 0o604])
    func `a key that others may read is refused`(_ mode: UInt32) throws {
        try accounts.save(PrivateKey.make(.p256))
        fixture.disk.setMode("\(folder)/key.pem", FileMode(mode))
        #expect(throws: StoreError.self) { try accounts.key() }
    }

    @Test func `an account comes back as it was saved`() throws {
        var account = StoredAccount(
            url: "https://ca.test/account/1",
            authority: "https://ca.test/directory",
            authorityRoots: "/etc/roots.pem"
        )
        account.email = "ops@example.com"
        account.terms = "https://ca.test/terms"
        account.bindingKeyIdentifier = "kid-1"
        try accounts.save(account)
        #expect(try accounts.account() == account)
    }

    @Test(arguments: ["", "{", "null", #"{"url":17}"#])
    func `a damaged account file counts as none, since the CA knows the key`(_ text: String) throws
    {
        fixture.disk.put("\(folder)/account.json", Array(text.utf8))
        #expect(try accounts.account() == nil)
    }
}
