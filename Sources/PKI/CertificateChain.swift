/// A leaf and its issuers, in that order; never empty.
package struct CertificateChain: Equatable, Sendable {
    /// Let's Encrypt's chains have 3 to 5 KB.
    private static let sizeLimit = 256 * 1024
    private static let mostCertificates = 10

    package let certificates: [Certificate]

    /// Reads what a CA sent.
    ///
    /// Only certificates may stand in it: a private key there would end up in a file that
    /// everyone may read. Throws ``PKIError``.
    ///
    /// Source: RFC 8555 §9.1 and §11.4.
    package init(pem: [UInt8]) throws(PKIError) {
        guard pem.count <= Self.sizeLimit else {
            throw .malformedPEM("it is longer than \(Self.sizeLimit) bytes")
        }
        let blocks = try PEM.blocks(in: pem)
        guard !blocks.isEmpty else { throw .emptyChain }
        guard blocks.count <= Self.mostCertificates else {
            throw .chainTooLong(limit: Self.mostCertificates)
        }
        var certificates: [Certificate] = []
        for block in blocks {
            guard block.label == "CERTIFICATE" else { throw .foreignBlock(label: block.label) }
            certificates.append(try Certificate(der: block.content))
        }
        self.certificates = certificates
    }

    package var leaf: Certificate { certificates[0] }
    package var issuers: ArraySlice<Certificate> { certificates.dropFirst() }

    /// All certificates in PEM, written anew: no byte of the CA's text is passed on.
    package var pem: [UInt8] {
        certificates.flatMap { PEM.encode($0.der, label: "CERTIFICATE") }
    }
}
