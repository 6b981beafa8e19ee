import Diagnostics
package import PKI
package import Platform

/// The account with one CA on disk.
package struct StoredAccount: Codable, Equatable, Sendable {
    package var schema = 1
    /// The account's URL, its name in requests.
    package var url: String
    /// The URL of the CA's directory.
    package var authority: String
    package var email: String?
    /// The terms of service that were agreed to.
    package var terms: String?

    package init(url: String, authority: String, email: String?, terms: String?) {
        self.url = url
        self.authority = authority
        self.email = email
        self.terms = terms
    }
}

/// The folder of one CA below `accounts/`.
package struct AccountStore: Sendable {
    private static let fileLimit = 64 * 1024

    private let store: CertificateStore
    private let directory: String

    /// The folder named `authority`: a known CA's name, or one made of the directory's URL.
    package init(_ store: CertificateStore, authority: String) {
        self.store = store
        directory = store.layout.account(authority)
    }

    private var keyPath: String { "\(directory)/key.pem" }
    private var accountPath: String { "\(directory)/account.json" }

    /// Takes the lock under which the key and the account are made; `nil` while another has it.
    package func lock() throws -> FileLock? {
        try store.makeDirectory(directory, .privateDirectory)
        return try FileLock("\(directory)/lock", in: store.fileSystem)
    }

    /// The account key; `nil` where there is none yet.
    package func key() throws -> PrivateKey? {
        guard try store.fileSystem.status(keyPath) != nil else { return nil }
        try store.checkTrust(directory: directory)
        try store.checkTrust(key: keyPath)
        let pem = Secret(try store.fileSystem.readFile(keyPath, limit: Self.fileLimit))
        do {
            return try PrivateKey(pem: pem)
        } catch {
            throw StoreError.damaged(path: keyPath, error.diagnosis.why)
        }
    }

    /// Makes a new account key durable, before any CA knows it.
    package func save(_ key: PrivateKey) throws {
        let temporary = keyPath + ".new"
        try key.pem().reveal { pem in
            try store.fileSystem.replaceFile(keyPath, pem, .privateFile, temporary: temporary)
        }
    }

    /// The account; `nil` where none was registered, or where its file is damaged: the CA finds
    /// the account by the key.
    package func account() throws -> StoredAccount? {
        guard try store.fileSystem.status(accountPath) != nil else { return nil }
        do {
            return try store.decode(StoredAccount.self, accountPath)
        } catch is StoreError {
            return nil
        }
    }

    /// Makes an account durable, in place of what was known of it.
    package func save(_ account: StoredAccount) throws {
        try store.fileSystem.replaceFile(
            accountPath,
            StoreJSON.encode(account),
            .privateFile,
            temporary: accountPath + ".new"
        )
    }
}
