import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import PKI
import Platform
import Settings
import TestSupport
import Testing

@testable import Workflows

/// RFC 8555 §7.3: accounts, whatever dies in between.
@Suite struct ManageAccountTests {
    private let host: TestHost
    private let authority: CertificateAuthority

    init() throws {
        host = try TestHost()
        authority = try #require(CertificateAuthority(FakeCA.directoryURL))
    }

    private func manager(
        _ adjust: (inout AccountRequest) -> Void = { _ in }
    ) throws -> ManageAccount {
        var request = AccountRequest(agreesToTerms: { _ in true })
        adjust(&request)
        return try ManageAccount(host.services, authority: authority, roots: nil, request: request)
    }

    private var accounts: AccountStore {
        AccountStore(host.store, authority: authority.folder)
    }

    @Test func `registering twice finds the same account`() async throws {
        let first = try await manager { $0.email = "ops@example.com" }.register(key: nil)
        let second = try await manager().register(key: nil)
        #expect(first.url == second.url)
        #expect(second.contacts == ["mailto:ops@example.com"])
        #expect(second.email == "ops@example.com")
        #expect(host.network.withCA { $0.accounts.count } == 1)
    }

    @Test func `a key brings its account with it`() async throws {
        let first = try await manager().register(key: nil)
        let key = try #require(try accounts.key())
        try accounts.delete()
        let second = try await manager().register(key: key)
        #expect(second.url == first.url)
        #expect(second.thumbprint == first.thumbprint)
    }

    @Test func `another key does not take the place of the account's`() async throws {
        _ = try await manager().register(key: nil)
        let other = try PrivateKey.make(.p256)
        await #expect(throws: AccountError.otherKey(authority: authority.folder)) {
            try await manager().register(key: other)
        }
    }

    @Test func `contacts are changed and taken away`() async throws {
        _ = try await manager { $0.email = "old@example.com" }.register(key: nil)
        let changed = try await manager().update(email: .only("new@example.com"))
        #expect(changed.contacts == ["mailto:new@example.com"])
        let empty = try await manager().update(email: .any)
        #expect(empty.contacts == [])
        #expect(empty.email == nil)
    }

    @Test func `an account that has ended is forgotten, and the next issue makes another`()
        async throws
    {
        let first = try await manager().register(key: nil)
        _ = try await manager().deactivate()
        #expect(try accounts.key() == nil)
        await #expect(throws: AccountError.noAccount(authority: authority.folder)) {
            try await manager().show()
        }
        try await host.issue()
        #expect(try accounts.account()?.url != first.url)
    }

    @Test func `an account that the CA has ended already is forgotten as well`() async throws {
        _ = try await manager().register(key: nil)
        let key = try #require(try accounts.key())
        let stored = try #require(try accounts.account())
        _ = try await manager().deactivate()
        // As a crash between the CA's answer and the removal leaves it.
        try accounts.save(key)
        try accounts.save(stored)
        _ = try await manager().deactivate()
        #expect(try accounts.key() == nil)
    }

    // MARK: Key changes (corner case 15; P39 of the reliability catalogue)

    @Test func `a key is exchanged, and the account stays`() async throws {
        let first = try await manager().register(key: nil)
        let second = try await manager().rekey(to: .p384)
        #expect(second.url == first.url)
        #expect(second.thumbprint != first.thumbprint)
        #expect(second.keyType == .p384)
        #expect(try accounts.nextKey() == nil)
        try await host.issue()
    }

    @Test func `a refusal leaves the old key in force`() async throws {
        let first = try await manager().register(key: nil)
        host.misbehave {
            $0.tamper = { resource, response in
                resource == .keyChange
                    ? .success(FakeCA.problem("unauthorized", "no", status: 403))
                    : .success(response)
            }
        }
        await #expect(throws: ACMEError.self) { try await manager().rekey(to: .p256) }
        host.misbehave { $0.tamper = nil }
        #expect(try accounts.nextKey() == nil)
        #expect(try await manager().show().thumbprint == first.thumbprint)
    }

    @Test func `an answer that is lost leaves it to the CA which key it has`() async throws {
        let first = try await manager().register(key: nil)
        host.misbehave { $0.lostAnswers = [.keyChange: 9] }
        await #expect(throws: ACMEError.self) { try await manager().rekey(to: .p256) }
        host.misbehave { $0.lostAnswers = [:] }
        let shown = try await manager().show()
        #expect(shown.url == first.url)
        #expect(shown.thumbprint != first.thumbprint)
        #expect(try accounts.nextKey() == nil)
    }

    @Test(arguments: CrashSweepTests.Death.allCases)
    func `a death at any call leaves one account with a key that opens it`(
        death: CrashSweepTests.Death
    ) async throws {
        let before = host.disk.changes
        let first = try await manager().register(key: nil)
        let made = host.disk.changes
        _ = try await manager().rekey(to: .p256)
        let calls = host.disk.changes - made
        #expect(made - before > 5)
        #expect(calls > 5)
        for call in 1...calls {
            var plan = MemoryFileSystem.Plan()
            plan.diesAt = host.disk.changes + call
            host.disk.plan(plan)
            await #expect(throws: (any Error).self) { try await manager().rekey(to: .p256) }
            #expect(host.disk.isDead)
            death == .kill ? host.disk.restart() : host.disk.restartAfterPowerCut()
            let shown = try await manager().show()
            #expect(shown.url == first.url, "call \(call)")
            #expect(shown.status == "valid", "call \(call)")
            #expect(try accounts.nextKey() == nil, "call \(call)")
        }
        #expect(host.disk.exposedKeys == [])
        #expect(host.network.withCA { $0.accounts.count } == 1)
    }

    // MARK: External account binding (corner case 7; P31)

    private func bindingFile(_ text: String, _ mode: FileMode = .privateFile) throws -> String {
        let path = "\(TestHost.home)/eab.hmac"
        try host.disk.writeNewFile(path, Array(text.utf8), mode)
        return path
    }

    private func bound(_ path: String) throws -> ManageAccount {
        try manager {
            $0.binding = AuthoritySettings.ExternalAccount(
                keyIdentifier: "kid-1",
                hmacFile: path,
                algorithm: .sha256
            )
        }
    }

    @Test func `a CA that knows its customers has to be told who one is`() async throws {
        host.misbehave { $0.moreOfMeta = #","externalAccountRequired":true"# }
        await #expect(throws: ACMEError.externalAccountRequired) {
            try await manager().register(key: nil)
        }
        #expect(try accounts.key() == nil)
        let report = try await bound(bindingFile("c2VjcmV0\n")).register(key: nil)
        #expect(report.bindingKeyIdentifier == "kid-1")
        #expect(host.network.withCA { $0.bound.count } == 1)
    }

    @Test(arguments: [("", FileMode.privateFile), ("%%%", .privateFile), ("c2Vj", .publicFile)])
    func `a secret that cannot be used makes no key`(text: String, mode: FileMode) async throws {
        let path = try bindingFile(text, mode)
        await #expect(throws: AccountError.self) { try await bound(path).register(key: nil) }
        #expect(try accounts.key() == nil)
        #expect(host.network.withCA { $0.counts[.newAccount] } == nil)
    }
}
