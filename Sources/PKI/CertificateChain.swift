/// A certificate and those that vouch for it, the leaf first; never empty.
///
/// Source: RFC 8555 §7.4.2 and §9.1.
package struct CertificateChain: Equatable, Sendable {
    /// The leaf, its issuer, that one's issuer and so on; one at least.
    package let certificates: [Certificate]

    /// The certificate for the names that were asked for.
    package let leaf: Certificate

    /// The certificates after the leaf; the last one is seldom a root.
    package var issuers: ArraySlice<Certificate> { certificates.dropFirst() }

    /// All certificates as PEM, which is written anew from their DER.
    package var pem: [UInt8] {
        certificates.flatMap { PEM.encode($0.der, label: Self.label) }
    }

    /// The common name of the one that has issued the last certificate, harmless to print.
    package var topIssuer: String? { certificates.last?.issuerCommonName }

    /// Whether the chain leads to an issuer of that common name, whatever its case.
    package func leads(to issuer: String) -> Bool {
        topIssuer?.lowercased() == issuer.lowercased()
    }

    /// Makes a chain of certificates that are known already.
    package init(leaf: Certificate, issuers: [Certificate] = []) {
        self.leaf = leaf
        certificates = [leaf] + issuers
    }

    /// Reads what a CA sent, or what was stored of it.
    ///
    /// Whatever else than certificates is in the text makes it unusable: a CA that sends a private
    /// key wants it to be used by someone who does not look (RFC 8555 §11.4).
    ///
    /// Neither order nor contents are checked here; see ``validate(_:)``.
    package init(pem: [UInt8]) throws(PKIError) {
        guard pem.count <= Self.largestText else {
            throw .oversizedPEM(bytes: pem.count, limit: Self.largestText)
        }
        let blocks = try PEM.blocks(in: pem)
        for block in blocks where block.label != Self.label {
            throw .foreignBlock(label: block.label)
        }
        guard blocks.count <= Self.mostCertificates else {
            throw .tooManyCertificates(count: blocks.count, limit: Self.mostCertificates)
        }
        guard let first = blocks.first else { throw .noCertificate }
        var issuers: [Certificate] = []
        for block in blocks.dropFirst() {
            issuers.append(try Certificate(der: block.content))
        }
        self.init(leaf: try Certificate(der: first.content), issuers: issuers)
    }

    private static let label = "CERTIFICATE"
    /// In bytes; a chain of RSA certificates takes some 8 KB.
    private static let largestText = 256 * 1024
    private static let mostCertificates = 10
}
