import ACME
import ACMEClient
import CertificateStore
import Diagnostics
import HTTP
import PKI
import Platform

/// Finds the account with a CA, or registers one.
struct AccountOpening: Sendable {
    private let services: Services
    private let request: IssueRequest
    private let authority: CertificateAuthority
    private let directory: Directory
    private let client: ACMEClient
    private let accounts: AccountStore

    init(
        _ services: Services,
        _ request: IssueRequest,
        authority: CertificateAuthority,
        directory: Directory,
        client: ACMEClient
    ) {
        self.services = services
        self.request = request
        self.authority = authority
        self.directory = directory
        self.client = client
        accounts = AccountStore(services.store, authority: authority.folder)
    }

    /// Begins a session; asks the CA only where the account is not known here.
    func open() async throws -> Session {
        let lock = try await takeLock()
        defer { withExtendedLifetime(lock) {} }
        if let key = try accounts.key() {
            let session = Session(client, directory: directory, key: key)
            if let account = try accounts.account(), let url = WebURL(account.url),
                url.origin == directory.origin
            {
                session.use(url)
                if let email = request.email, email != account.email {
                    services.log.warning("the account exists already and keeps its e-mail address")
                }
            } else {
                try await findOrRegister(session)
            }
            return session
        }
        // Nothing is made before it may be used.
        try await confirmTerms()
        let key = try PrivateKey.make(.p256)
        try accounts.save(key)
        let session = Session(client, directory: directory, key: key)
        try await register(session)
        return session
    }

    /// Registers the key again with a CA that no longer knows it.
    func reopen(_ session: Session) async throws {
        let lock = try await takeLock()
        defer { withExtendedLifetime(lock) {} }
        try await findOrRegister(session)
    }

    private func takeLock() async throws -> FileLock {
        try await services.lock("the account with \(authority.folder)") {
            try accounts.lock()
        }
    }

    /// The CA may know the key: its answer to a registration can have been lost in a crash.
    private func findOrRegister(_ session: Session) async throws {
        do {
            // Found, not registered: nothing was agreed to and no address given.
            try save(try await session.account(.find), email: nil, terms: nil)
        } catch ACMEError.refused(let problem) where problem.kind == .accountDoesNotExist {
            try await confirmTerms()
            try await register(session)
        }
    }

    private func register(_ session: Session) async throws {
        guard !directory.requiresExternalAccount else { throw ACMEError.externalAccountRequired }
        let account = try await session.account(.register(email: request.email))
        try save(account, email: request.email, terms: directory.termsOfService)
        let verb: StaticString = account.isNew ? "account registered" : "account found by its key"
        services.log.notice(verb, ["account": "\(account.url)"])
    }

    private func confirmTerms() async throws {
        guard let terms = directory.termsOfService else { return }
        // Once agreed to, the same terms need no second agreement.
        if try accounts.account()?.terms == terms { return }
        guard await request.agreesToTerms(terms) else { throw ACMEError.termsNotAgreed(terms) }
    }

    private func save(_ account: Account, email: String?, terms: String?) throws {
        try accounts.save(
            StoredAccount(
                url: account.url.description,
                authority: authority.directory.description,
                email: email,
                terms: terms
            )
        )
    }
}
