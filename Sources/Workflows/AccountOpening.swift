import ACME
import ACMEClient
import CertificateStore
import Diagnostics
import HTTP
import PKI
import Platform
import Settings

/// Finds the account with a CA, or registers one.
struct AccountOpening: Sendable {
    private let services: Services
    private let request: AccountRequest
    private let connection: AuthorityConnection

    private var accounts: AccountStore { connection.accounts }
    private var directory: Directory { connection.directory }

    init(_ services: Services, _ request: AccountRequest, _ connection: AuthorityConnection) {
        self.services = services
        self.request = request
        self.connection = connection
    }

    /// Begins a session; asks the CA only where the account is not known here.
    func open() async throws -> Session {
        try await underLock {
            try await settleKeyChange()
            guard let key = try accounts.key() else { return try await register(imported: nil) }
            let session = Session(connection.client, directory: directory, key: key)
            guard let account = try storedAccount() else {
                try await findOrRegister(session)
                return session
            }
            session.use(account.url)
            warn(ofAddress: account.stored)
            return session
        }
    }

    /// Begins a session with the account that is known here; registers nothing.
    ///
    /// Throws ``AccountError/noAccount(authority:)``.
    func openExisting() async throws -> Session {
        try await underLock { try await existingSession() }
    }

    /// The same for a caller that has the account's lock.
    func existingSession() async throws -> Session {
        try await settleKeyChange()
        guard let key = try accounts.key() else {
            throw AccountError.noAccount(authority: connection.authority.folder)
        }
        let session = Session(connection.client, directory: directory, key: key)
        if let account = try storedAccount() {
            session.use(account.url)
        } else {
            try await find(session)
        }
        return session
    }

    /// Registers a new account with a new key, or with `key`, whose account may exist already.
    ///
    /// Does nothing where there is an account, unless it is for another key than `key`.
    func register(key imported: PrivateKey?) async throws -> Session {
        try await underLock {
            try await settleKeyChange()
            guard let known = try accounts.key() else {
                return try await registerFirst(imported)
            }
            if let imported, imported.publicKey != known.publicKey {
                throw AccountError.otherKey(authority: connection.authority.folder)
            }
            let session = Session(connection.client, directory: directory, key: known)
            try await findOrRegister(session)
            warn(ofAddress: try accounts.account())
            return session
        }
    }

    /// A key that is brought along may have an account, which needs no new agreement.
    private func registerFirst(_ imported: PrivateKey?) async throws -> Session {
        guard let imported, let account = try await account(of: imported) else {
            return try await register(imported: imported)
        }
        try accounts.save(imported)
        try saveFound(account)
        let session = Session(connection.client, directory: directory, key: imported)
        session.use(account.url)
        services.log.notice("account found by its key", ["account": "\(account.url)"])
        return session
    }

    /// Registers the key again with a CA that no longer knows it.
    func reopen(_ session: Session) async throws {
        try await underLock { try await findOrRegister(session) }
    }

    /// Does `body` while no other certctl changes the account.
    func underLock<Result>(_ body: () async throws -> Result) async throws -> Result {
        let lock = try await services.lock("the account with \(connection.authority.folder)") {
            try accounts.lock()
        }
        defer { withExtendedLifetime(lock) {} }
        return try await body()
    }

    /// Finishes a key change whose end was not seen: the CA knows which key it has.
    ///
    /// No key is let go of before the CA has said that it has the other one.
    func settleKeyChange() async throws {
        guard let next = try accounts.nextKey() else { return }
        do {
            try await settle(next)
        } catch ACMEError.accountNotUsable, ACMEError.refused {
            // Of an account that is over both keys are worth the same; what comes next tells so.
            services.log.warning("the CA does not say which key of the account it has")
        }
    }

    private func settle(_ next: PrivateKey) async throws {
        if let account = try await account(of: next) {
            try accounts.adoptNextKey()
            try saveFound(account)
            services.log.notice("the CA has the new account key of a change begun before")
        } else if let key = try accounts.key(), try await account(of: key) != nil {
            try accounts.dropNextKey()
        }
    }

    /// The account that a key opens; `nil` where the CA knows of none.
    private func account(of key: PrivateKey) async throws -> Account? {
        let session = Session(connection.client, directory: directory, key: key)
        do {
            return try await session.account(.find)
        } catch ACMEError.refused(let problem) where problem.kind == .accountDoesNotExist {
            return nil
        }
    }

    private func warn(ofAddress stored: StoredAccount?) {
        guard let email = request.email, email != stored?.email else { return }
        services.log.warning(
            "the account exists already and keeps its e-mail address",
            ["change it with": "certctl account update --email ADDRESS"]
        )
    }

    private func storedAccount() throws -> (stored: StoredAccount, url: WebURL)? {
        guard let account = try accounts.account(), let url = WebURL(account.url),
            url.origin == directory.origin
        else { return nil }
        return (account, url)
    }

    /// Nothing is made before it may be used.
    private func register(imported: PrivateKey?) async throws -> Session {
        let binding = try await prepareRegistration()
        let key = try imported ?? PrivateKey.make(.p256)
        try accounts.save(key)
        let session = Session(connection.client, directory: directory, key: key)
        try await register(session, binding)
        return session
    }

    /// The CA may know the key: its answer to a registration can have been lost in a crash.
    private func findOrRegister(_ session: Session) async throws {
        do {
            try await find(session)
        } catch ACMEError.refused(let problem) where problem.kind == .accountDoesNotExist {
            try await register(session, prepareRegistration())
        }
    }

    private func find(_ session: Session) async throws {
        try saveFound(try await session.account(.find))
    }

    /// Found, not registered: nothing was agreed to and no address given.
    private func saveFound(_ account: Account) throws {
        var stored = record(of: account)
        if let known = try accounts.account(), known.url == stored.url {
            stored.email = known.email
            stored.terms = known.terms
            stored.bindingKeyIdentifier = known.bindingKeyIdentifier
        }
        try accounts.save(stored)
    }

    private func register(_ session: Session, _ binding: ExternalAccountBinding?) async throws {
        let purpose = NewAccount.Purpose.register(email: request.email, binding: binding)
        let account = try await session.account(purpose)
        var stored = record(of: account)
        stored.email = request.email
        stored.terms = directory.termsOfService
        stored.bindingKeyIdentifier = binding?.keyIdentifier
        try accounts.save(stored)
        let verb: StaticString = account.isNew ? "account registered" : "account found by its key"
        services.log.notice(verb, ["account": "\(account.url)"])
    }

    private func record(of account: Account) -> StoredAccount {
        StoredAccount(
            url: account.url.description,
            authority: connection.authority.directory.description,
            authorityRoots: connection.roots
        )
    }

    /// Sees to all that the CA will ask for, before a key is made.
    private func prepareRegistration() async throws -> ExternalAccountBinding? {
        let traits = connection.authority.traits
        let name = connection.authority.folder
        if traits.requiresEmail, request.email == nil {
            throw AccountError.emailRequired(authority: name)
        }
        if request.binding == nil {
            if let advice = traits.bindingAdvice {
                throw AccountError.bindingRequired(authority: name, advice: advice)
            }
            if directory.requiresExternalAccount { throw ACMEError.externalAccountRequired }
        }
        try await confirmTerms()
        return try request.binding.map { try $0.load(in: services.fileSystem, as: services.user) }
    }

    private func confirmTerms() async throws {
        guard let terms = directory.termsOfService else { return }
        // Once agreed to, the same terms need no second agreement.
        if try accounts.account()?.terms == terms { return }
        guard await request.agreesToTerms(terms) else { throw ACMEError.termsNotAgreed(terms) }
    }
}

extension AuthoritySettings.ExternalAccount {
    private static let fileLimit = 16 * 1024

    /// Reads the HMAC key.
    ///
    /// Throws ``AccountError/unusableSecret(path:reason:)``.
    fileprivate func load(
        in fileSystem: any FileSystem,
        as user: UInt32
    ) throws -> ExternalAccountBinding {
        let text: Secret<String>
        do {
            // Its group may: a key in /etc/certctl belongs to root and is for certctl's group.
            if let status = try fileSystem.status(hmacFile), status.mode.bits & 0o007 != 0 {
                throw AccountError.unusableSecret(
                    path: hmacFile,
                    reason: "everyone may read it (mode \(status.mode))"
                )
            }
            let bytes = try fileSystem.readFile(hmacFile, limit: Self.fileLimit)
            let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
            guard lines.count == 1 else {
                throw AccountError.unusableSecret(
                    path: hmacFile,
                    reason: "the HMAC key alone belongs into it, on one line"
                )
            }
            text = Secret(String(lines[0]))
        } catch let error as FileSystemError where error.reason == .notPermitted {
            throw AccountError.unreadableSecret(path: hmacFile, user: user)
        } catch let error as FileSystemError {
            throw AccountError.unusableSecret(path: hmacFile, reason: error.text)
        }
        let binding = ExternalAccountBinding(
            keyIdentifier: keyIdentifier,
            key: text,
            algorithm: algorithm
        )
        guard let binding else {
            throw AccountError.unusableSecret(
                path: hmacFile,
                reason: "there is no key in base64url in it"
            )
        }
        return binding
    }
}
