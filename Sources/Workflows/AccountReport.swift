import ACME
import CertificateStore
import HTTP
package import PKI

/// An account as `certctl account show` tells of it.
package struct AccountReport: Equatable, Sendable {
    /// The CA's known name, or one made of the URL of its directory.
    package let authority: String
    /// The URL of the CA's directory; `nil` where the account's file is damaged.
    package let directory: String?
    /// The account's own URL; `nil` where the account's file is damaged.
    package let url: String?
    /// As the CA says, not harmless; `nil` where it was not asked.
    package var status: String?
    /// Where the CA writes to, as it says, not harmless; `nil` where it was not asked.
    package var contacts: [String]?
    package let email: String?
    package let terms: String?
    package let bindingKeyIdentifier: String?
    package let keyType: KeyType
    /// The key's thumbprint in base64url (RFC 7638), which stands in every key authorization.
    package let thumbprint: String

    init(authority: String, _ stored: StoredAccount?, _ key: PrivateKey, _ account: Account? = nil)
    {
        self.authority = authority
        directory = stored?.authority
        url = account?.url.description ?? stored?.url
        status = account?.status
        contacts = account?.contacts
        email = stored?.email
        terms = stored?.terms
        bindingKeyIdentifier = stored?.bindingKeyIdentifier
        keyType = key.type
        thumbprint = JSONWebKey(of: key).thumbprint
    }
}
