package import ACME
import Diagnostics
package import HTTP
package import PKI
import Platform
import Synchronization

/// Signed requests of one account key to one CA.
package final class Session: Sendable {
    /// How many requests of one order are under way at a time; more would need as many nonces
    /// that are nobody's change.
    private static let lanes = 8

    package let directory: Directory
    let client: ACMEClient
    let key: PrivateKey
    private let jwk: JSONWebKey
    let nonces = Mutex(NoncePool())
    private let account = Mutex<WebURL?>(nil)

    /// Begins a session.
    package init(_ client: ACMEClient, directory: Directory, key: PrivateKey) {
        let jwk = JSONWebKey(of: key)
        self.client = client
        self.directory = directory
        self.key = key
        self.jwk = jwk
    }

    /// What others may know of the account key.
    package var publicKey: PublicKey { key.publicKey }

    /// The account key's thumbprint in base64url.
    package var thumbprint: String { jwk.thumbprint }

    /// Signs with this account's URL from now on.
    package func use(_ account: WebURL) {
        self.account.withLock { $0 = account }
    }

    /// Finds or makes the account of the key, and uses it from now on.
    ///
    /// Throws ``ACMEError``; `refused` with `accountDoesNotExist` when none is to be found.
    package func account(_ purpose: NewAccount.Purpose) async throws -> Account {
        let post = try NewAccount(purpose).post(to: directory, key: jwk)
        let response = try await postByKey(post)
        guard response.isSuccess else { throw response.refusal }
        let account = try Account(response, origin: directory.origin)
        use(account.url)
        return account
    }

    /// The account's URL; the session must have one.
    var accountURL: WebURL {
        guard let account = account.withLock({ $0 }) else {
            preconditionFailure("the session has no account yet")
        }
        return account
    }

    /// Sends one request in the account's name.
    func post(_ post: SignedPost) async throws -> HTTPResponse {
        try await run(SignedExchange(post, signer: .kid(accountURL)))
    }

    /// Sends one request in the name of the key itself.
    func postByKey(_ post: SignedPost) async throws -> HTTPResponse {
        try await run(SignedExchange(post, signer: .jwk(jwk)))
    }

    /// Sends requests side by side and returns their answers in the same order.
    func postAll(_ posts: [SignedPost]) async throws -> [HTTPResponse] {
        if let post = posts.first, posts.count == 1 { return [try await self.post(post)] }
        var responses: [Int: HTTPResponse] = [:]
        try await withThrowingTaskGroup(of: (Int, HTTPResponse).self) { group in
            for (index, post) in posts.enumerated() {
                if index >= Self.lanes, let (done, response) = try await group.next() {
                    responses[done] = response
                }
                group.addTask { (index, try await self.post(post)) }
            }
            for try await (done, response) in group {
                responses[done] = response
            }
        }
        return posts.indices.compactMap { responses[$0] }
    }

    /// Sends requests one after the other and returns the answers that came.
    func postAny(_ posts: [SignedPost]) async -> [HTTPResponse] {
        var responses: [HTTPResponse] = []
        for post in posts {
            do {
                responses.append(try await self.post(post))
            } catch {
                client.log.info("left out", ["url": "\(post.url)", "reason": "\(error)"])
            }
        }
        return responses
    }

    /// Fills the pool with what reading `count` authorizations side by side will need.
    ///
    /// One nonce comes with the answer before; the others would each cost a round trip later.
    func prefetchNonces(for count: Int) async {
        await withTaskGroup { group in
            for _ in 1..<max(1, min(count, Self.lanes)) {
                group.addTask {
                    // A nonce that did not come now is asked for again when it is needed.
                    guard let response = try? await self.requestNonce() else { return }
                    self.keepNonce(of: response)
                }
            }
        }
    }

    func requestNonce() async throws(TransportFailure) -> HTTPResponse {
        client.log.debug("asking for a nonce", ["url": "\(directory.newNonce)"])
        return try await client.transport.send(
            HTTPRequest(.head, directory.newNonce, bodyLimit: 0)
        )
    }

    func keepNonce(of response: HTTPResponse) {
        guard let nonce = response.replayNonce else { return }
        nonces.withLock { $0.add(nonce) }
    }
}
