package import ACME
import ACMEClient
import CertificateStore
import Diagnostics
import HTTP
package import PKI
import Settings

/// `certctl account`: the account with one CA, from its registration to its end.
///
/// Source: RFC 8555 §7.3.
package struct ManageAccount: Sendable {
    private let services: Services
    private let authority: CertificateAuthority
    private let roots: AuthorityRoots?
    private let configuredRoots: String?
    private let request: AccountRequest

    /// Prepares the workflow; nothing is touched yet.
    ///
    /// Without an authority, the one of certctl.conf is meant or else the default; without `roots`
    /// those are trusted that the account was made with, or else those of certctl.conf. Throws what
    /// ``SettingsLoader/load()`` throws.
    package init(
        _ services: Services,
        authority: CertificateAuthority?,
        roots: AuthorityRoots?,
        request: AccountRequest
    ) throws {
        let settings = try SettingsLoader(services).load()
        self.services = services
        self.authority = authority ?? settings.authority?.authority ?? .standard
        self.roots = roots
        configuredRoots = settings.roots(of: self.authority)
        self.request = settings.completing(request, with: self.authority)
    }

    /// All accounts, by what is known of them here; asks no CA.
    package static func all(_ services: Services) throws -> [AccountReport] {
        try AccountStore.folders(in: services.store).compactMap { folder in
            let accounts = AccountStore(services.store, authority: folder)
            do {
                guard let key = try accounts.key() else { return nil }
                return AccountReport(authority: folder, try accounts.account(), key)
            } catch let error as StoreError {
                // One that cannot be used hides none of the others.
                services.log.warning("an account is left out", ["reason": error.diagnosis.what])
                return nil
            }
        }
    }

    /// The account as the CA has it.
    package func show() async throws -> AccountReport {
        let (connection, session) = try await openExisting()
        return try report(connection, try await session.accountDetails())
    }

    /// Makes an account, or finds the one that `key` has already.
    package func register(key: PrivateKey?) async throws -> AccountReport {
        try services.store.prepare()
        let connection = try await connect()
        let opening = AccountOpening(services, request, connection)
        let session = try await opening.register(key: key)
        return try report(connection, try await session.accountDetails())
    }

    /// Puts `email` in the place of all contacts; `any` is for none.
    package func update(email: Wish<String>) async throws -> AccountReport {
        let (connection, session) = try await openExisting()
        let account = try await session.update(.contact(email: email.choice))
        if var stored = try connection.accounts.account() {
            stored.email = email.choice
            try connection.accounts.save(stored)
        }
        return try report(connection, account)
    }

    /// Ends the account for good, and forgets its key.
    package func deactivate() async throws -> AccountReport {
        try checkFolder()
        let connection = try await connect()
        let opening = AccountOpening(services, request, connection)
        return try await opening.underLock {
            let session = try await opening.existingSession()
            let account = try await deactivated(session)
            let report = try report(connection, account)
            try connection.accounts.delete()
            services.log.notice("account deactivated", ["account": report.url ?? "unknown"])
            return report
        }
    }

    /// A CA that is asked a second time refuses: that the account is over is what was wanted.
    ///
    /// Whether it is over is asked for once more, by the key: a refusal can have other reasons.
    private func deactivated(_ session: Session) async throws -> Account? {
        do {
            return try await session.update(.deactivation)
        } catch ACMEError.refused(let refusal) {
            do {
                _ = try await session.account(.find)
            } catch ACMEError.accountNotUsable {
                return nil
            } catch ACMEError.refused(let problem)
                where [.unauthorized, .accountDoesNotExist].contains(problem.kind)
            {
                return nil
            }
            throw ACMEError.refused(refusal)
        }
    }

    /// Exchanges the account's key for a new one of that type.
    ///
    /// The new key is durable before the CA is told of it; whoever opens the account after a crash
    /// asks the CA which of the two it has.
    ///
    /// Source: RFC 8555 §7.3.5.
    package func rekey(to type: KeyType) async throws -> AccountReport {
        guard authority.traits.changesKeys else {
            throw AccountError.keyChangeNotOffered(authority: authority.folder)
        }
        try checkFolder()
        let connection = try await connect()
        let accounts = connection.accounts
        let opening = AccountOpening(services, request, connection)
        return try await opening.underLock {
            let session = try await opening.existingSession()
            let key = try PrivateKey.make(type)
            try accounts.saveNext(key)
            do {
                try await session.changeKey(to: key)
                try accounts.adoptNextKey()
            } catch let error as ACMEError {
                // The request may have been sent twice, and done the first time: what the second
                // was answered with says nothing. The CA is asked which key it has.
                try await opening.settleKeyChange()
                guard try accounts.key()?.publicKey == key.publicKey else { throw error }
            }
            services.log.notice("account key changed", ["key": type.rawValue])
            return try report(connection, nil)
        }
    }

    /// Reaches the CA, which may have no account of ours.
    func connect() async throws -> AuthorityConnection {
        let accounts = AccountStore(services.store, authority: authority.folder)
        let trust: String? =
            switch roots {
            case .system: nil
            case .file(let path): path
            case nil: try accounts.account()?.authorityRoots ?? configuredRoots
            }
        return try await Authorities(services).connection(to: authority, roots: trust)
    }

    /// Told without a request: nothing would come of it.
    private func checkFolder() throws {
        guard try AccountStore.folders(in: services.store).contains(authority.folder) else {
            throw AccountError.noAccount(authority: authority.folder)
        }
    }

    /// Reaches the CA with the account that there is.
    ///
    /// Throws ``AccountError/noAccount(authority:)``.
    func openExisting() async throws -> (connection: AuthorityConnection, session: Session) {
        try checkFolder()
        let connection = try await connect()
        let session = try await AccountOpening(services, request, connection).openExisting()
        return (connection, session)
    }

    private func report(
        _ connection: AuthorityConnection,
        _ account: Account?
    ) throws -> AccountReport {
        guard let key = try connection.accounts.key() else {
            throw AccountError.noAccount(authority: authority.folder)
        }
        return AccountReport(
            authority: authority.folder,
            try connection.accounts.account(),
            key,
            account
        )
    }
}
