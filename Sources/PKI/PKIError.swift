package import FoundationEssentials

/// What can be wrong with keys, requests and certificates.
package enum PKIError: Error, Equatable {
    /// OpenSSL refused; its own words.
    case openSSL(String)
    /// A key file that holds no private key, or one that is encrypted.
    case unreadableKey(String)
    /// A key of a kind or size that no CA accepts or certctl does not use.
    case unsupportedKey(String)
    case malformedPEM(String)
    case malformedCertificate(String)
    /// A block in the chain that is no certificate.
    case foreignBlock(label: String)
    case emptyChain
    case chainTooLong(limit: Int)
    /// The leaf is for another key than ours.
    case otherKey
    /// The leaf's names are not exactly the ones asked for.
    case otherNames(missing: [String], extra: [String])
    /// The leaf may itself issue certificates.
    case leafIsAuthority
    /// A certificate is not issued by the one that follows it.
    case brokenLink(subject: String, issuer: String)
    case notYetValid(Date)
    case expired(Date)
    case absurdLifetime(from: Date, to: Date)
}
