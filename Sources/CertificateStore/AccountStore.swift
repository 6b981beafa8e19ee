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
    /// A PEM file of roots for a CA of one's own; `nil` for the system's.
    package var authorityRoots: String?
    package var email: String?
    /// The terms of service that were agreed to.
    package var terms: String?
    /// The customer that the CA bound the account to, by the name of its HMAC key.
    package var bindingKeyIdentifier: String?

    package init(url: String, authority: String, authorityRoots: String?) {
        self.url = url
        self.authority = authority
        self.authorityRoots = authorityRoots
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
    /// A key on its way to become the account's: whether the CA has it by now is not known.
    private var nextKeyPath: String { "\(keyPath).next" }

    /// Takes the lock under which the key and the account are made; `nil` while another has it.
    package func lock() throws -> FileLock? {
        try store.makeDirectory(directory, .privateDirectory)
        return try FileLock("\(directory)/lock", in: store.fileSystem)
    }

    /// The account key; `nil` where there is none yet.
    package func key() throws -> PrivateKey? {
        try key(at: keyPath)
    }

    /// The key that a key change was begun with and not finished; `nil` where there is none.
    package func nextKey() throws -> PrivateKey? {
        try key(at: nextKeyPath)
    }

    private func key(at path: String) throws -> PrivateKey? {
        guard try store.fileSystem.status(path) != nil else { return nil }
        try store.checkTrust(directory: directory)
        try store.checkTrust(key: path)
        let pem = Secret(try store.fileSystem.readFile(path, limit: Self.fileLimit))
        do {
            return try PrivateKey(pem: pem)
        } catch {
            throw StoreError.damaged(path: path, error.diagnosis.why)
        }
    }

    /// Makes a new account key durable, before any CA knows it.
    package func save(_ key: PrivateKey) throws {
        try save(key, at: keyPath)
    }

    /// Makes the key that is to take the account's over durable, before the CA is told of it.
    package func saveNext(_ key: PrivateKey) throws {
        try save(key, at: nextKeyPath)
    }

    private func save(_ key: PrivateKey, at path: String) throws {
        try key.pem().reveal { pem in
            try store.fileSystem.replaceFile(path, pem, .privateFile, temporary: path + ".new")
        }
    }

    /// Puts the next key in the place of the account's, once the CA has it.
    package func adoptNextKey() throws {
        try store.fileSystem.rename(nextKeyPath, to: keyPath, exclusive: false)
        try store.fileSystem.syncDirectory(directory)
    }

    /// Forgets the next key, which the CA does not have.
    package func dropNextKey() throws {
        try store.fileSystem.removeIfPresent(nextKeyPath)
        try store.fileSystem.syncDirectory(directory)
    }

    /// Forgets the account and its key, which are of no more use.
    ///
    /// The key goes first: an account without one is found to be none, while a key without an
    /// account would be registered again.
    package func delete() throws {
        try store.fileSystem.removeIfPresent(nextKeyPath)
        try store.fileSystem.removeIfPresent(keyPath)
        try store.fileSystem.syncDirectory(directory)
        try store.fileSystem.removeIfPresent(accountPath)
        try store.fileSystem.syncDirectory(directory)
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

    /// The names of the folders in which there is an account key, sorted.
    package static func folders(in store: CertificateStore) throws -> [String] {
        let accounts = store.layout.accounts
        guard try store.fileSystem.status(accounts) != nil else { return [] }
        return try store.fileSystem.list(accounts).filter { folder in
            try store.fileSystem.status("\(accounts)/\(folder)/key.pem") != nil
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
