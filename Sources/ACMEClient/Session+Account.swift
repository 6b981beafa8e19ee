package import ACME
import HTTP
package import PKI

/// What can be done with an account besides ordering.
extension Session {
    /// Asks the CA about the account.
    ///
    /// Throws ``ACMEError``.
    package func accountDetails() async throws -> Account {
        let response = try await post(.get(accountURL))
        guard response.isSuccess else { throw response.refusal }
        return try Account(response, at: accountURL)
    }

    /// Changes the account, or ends it; returns it as it is then.
    ///
    /// Throws ``ACMEError``.
    package func update(_ update: AccountUpdate) async throws -> Account {
        let response = try await post(update.post(to: accountURL))
        guard response.isSuccess else { throw response.refusal }
        return try Account(response, at: accountURL)
    }

    /// Puts `newKey` in the place of this session's key, whose session is over then.
    ///
    /// Throws ``ACMEError``; ``ACMEError/keyInUse(account:)`` when another account has it.
    package func changeKey(to newKey: PrivateKey) async throws {
        let change = KeyChange(account: accountURL, from: key, to: newKey)
        let response = try await post(change.post(to: directory.keyChange))
        // Source: RFC 8555 §7.3.5.
        if response.status == 409, let account = response.headers["location"] {
            throw ACMEError.keyInUse(account: account)
        }
        guard response.isSuccess else { throw response.refusal }
    }

    /// Who signs a revocation.
    package enum Revoker: Sendable {
        /// The session's account.
        case account
        /// The session's key, which is the certificate's own.
        case certificateKey
    }

    /// Calls a certificate back; one that was called back before counts as done.
    ///
    /// - Returns: Whether it was this request that did it.
    ///
    /// Throws ``ACMEError``.
    package func revoke(_ revocation: RevokeCertificate, by revoker: Revoker) async throws -> Bool {
        let request = revocation.post(to: try directory.revokeCert)
        let response =
            switch revoker {
            case .account: try await post(request)
            case .certificateKey: try await postByKey(request)
            }
        if response.isSuccess { return true }
        guard Problem(response).kind == .alreadyRevoked else { throw response.refusal }
        return false
    }
}
