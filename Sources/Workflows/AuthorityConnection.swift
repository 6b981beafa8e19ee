import ACME
import ACMEClient
import CertificateStore
import HTTP

/// A CA that was reached: its directory, as it is today, and where its account is kept.
struct AuthorityConnection: Sendable {
    let authority: CertificateAuthority
    /// A PEM file of roots for a CA of one's own; `nil` for the system's.
    let roots: String?
    let client: ACMEClient
    let directory: Directory
    /// How far the CA's clock and this machine's are apart; `nil` where the CA does not say.
    let skew: ClockSkew?
    let accounts: AccountStore
}

/// The CAs that one command speaks to, however many certificates it is about: each is reached over
/// one connection, asked for its directory once, and its account is opened once.
actor Authorities {
    private struct Key: Hashable {
        let directory: WebURL
        let roots: String?
    }

    private let services: Services
    private var clients: [String?: ACMEClient] = [:]
    private var connections: [Key: Task<AuthorityConnection, any Error>] = [:]
    private var sessions: [Key: Task<Session, any Error>] = [:]

    init(_ services: Services) {
        self.services = services
    }

    /// Reaches a CA, unless that has been done.
    func connection(
        to authority: CertificateAuthority,
        roots: String?
    ) async throws -> AuthorityConnection {
        let key = Key(directory: authority.directory, roots: roots)
        if let known = connections[key] { return try await known.value }
        let client = try client(roots: roots)
        let accounts = AccountStore(services.store, authority: authority.folder)
        let task = Task {
            let answer = try await client.directory(at: authority.directory)
            return AuthorityConnection(
                authority: authority,
                roots: roots,
                client: client,
                directory: answer.directory,
                skew: answer.skew,
                accounts: accounts
            )
        }
        connections[key] = task
        do {
            return try await task.value
        } catch {
            // Whoever asks next may have more luck.
            if connections[key] == task { connections[key] = nil }
            throw error
        }
    }

    /// Opens the account with a CA, unless that has been done.
    func session(
        _ connection: AuthorityConnection,
        _ request: AccountRequest
    ) async throws -> Session {
        let key = Key(directory: connection.authority.directory, roots: connection.roots)
        if let known = sessions[key] { return try await known.value }
        let opening = AccountOpening(services, request, connection)
        let task = Task { try await opening.open() }
        sessions[key] = task
        do {
            return try await task.value
        } catch {
            if sessions[key] == task { sessions[key] = nil }
            throw error
        }
    }

    private func client(roots: String?) throws -> ACMEClient {
        if let client = clients[roots] { return client }
        let client = ACMEClient(
            transport: try services.makeTransport(roots),
            clock: services.clock,
            log: services.log
        )
        clients[roots] = client
        return client
    }
}
