package import FoundationEssentials

/// What can be wrong with keys, requests and certificates.
package enum PKIError: Error, Equatable {
    /// A function of OpenSSL failed where it should not have.
    case openSSL(OpenSSLError)

    // MARK: Keys

    /// The file holds no private key, or one that is damaged.
    case unreadableKey
    /// The private key is protected by a passphrase.
    case encryptedKey
    /// The private key is of an algorithm that certctl does not use, such as `ED25519`.
    case unsupportedKeyAlgorithm(String)
    /// The private key is on a curve that certctl does not use, such as `secp521r1`.
    case unsupportedCurve(String)
    /// The private key is RSA, of a size that certctl does not use.
    case unsupportedKeySize(bits: Int)

    // MARK: Requests

    /// A certificate for no name at all was asked for.
    case noNames
    /// A name cannot stand in a certificate: empty, too long, or not printable ASCII.
    case unusableName(String)

    /// The bytes are no certificate signing request.
    case unreadableRequest
    /// The request is not signed with the key that is in it.
    case forgedRequest
    /// The request asks for names that are neither host names nor IP addresses.
    case foreignNames

    // MARK: PEM

    /// The text is larger than anything that is expected.
    case oversizedPEM(bytes: Int, limit: Int)
    /// A block does not end, ends without having begun, or is not base64.
    case damagedPEM(label: String)

    // MARK: Certificates

    /// The bytes are no certificate.
    case unreadableCertificate
    /// Bytes follow the end of the certificate.
    case trailingBytes(count: Int)
    /// A part of the certificate cannot be understood, such as `notAfter`.
    case malformedField(String)
    /// A name in the certificate is not printable ASCII.
    case malformedDNSName([UInt8])

    // MARK: Chains

    /// There is no certificate in the text.
    case noCertificate
    /// There are more certificates than any CA needs.
    case tooManyCertificates(count: Int, limit: Int)
    /// Something else than a certificate is in the text, such as a private key.
    case foreignBlock(label: String)
    /// The certificate is for another key; both are told by their fingerprints.
    case foreignKey(expected: [UInt8], found: [UInt8])
    /// The certificate lacks names that were asked for, or has some that were not.
    case wrongNames(missing: [String], extra: [String])
    /// The certificate has names of further kinds, such as e-mail addresses.
    case extraKindsOfNames
    /// The certificate may itself issue certificates.
    case leafIsAuthority
    /// Two certificates of the chain are for the same key: the chain runs in a circle.
    case repeatedKey(subject: String)
    /// A certificate names another issuer than the certificate that follows it.
    case brokenChain(issuer: String, next: String)
    /// A certificate is not signed by the one that follows it.
    case forgedSignature(subject: String, issuer: String)
    /// A certificate was issued by one that is not a CA's.
    case issuerIsNotAuthority(subject: String)
    /// The validity of a certificate ends before it begins.
    case emptyValidity(subject: String, notBefore: Date, notAfter: Date)
    /// A certificate is valid only from a moment in the future.
    case notYetValid(subject: String, notBefore: Date, now: Date)
    /// A certificate has ended.
    case expired(subject: String, notAfter: Date, now: Date)
    /// The certificate would be valid for longer than can be true.
    case excessiveLifetime(notBefore: Date, notAfter: Date)
}
