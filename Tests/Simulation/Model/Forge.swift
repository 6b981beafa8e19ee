import ACME
import FoundationEssentials
import PKI
import TestSupport

/// Makes certificates by the million: all of one key, and each with what certctl reads of it.
package struct Forge: Sendable {
    let key: PrivateKey
    private let authority: TestCertificateAuthority

    package init() throws {
        key = try PrivateKey.make(.p256)
        authority = try TestCertificateAuthority.make(name: "Model CA")
    }

    /// The request that stands in the journal while an order is under way.
    func request(for names: [String]) throws -> CertificateSigningRequest {
        try CertificateSigningRequest(dnsNames: names, key: key)
    }

    /// A certificate for `names`; those of one lineage differ by their `serial`.
    func certificate(
        for names: [String],
        serial: UInt64,
        from notBefore: Date,
        until notAfter: Date
    ) throws -> CertificateChain {
        var template = CertificateTemplate(
            publicKey: key.publicKey.subjectPublicKeyInfo,
            dnsNames: names,
            notBefore: notBefore,
            notAfter: notAfter
        )
        template.serial = [0x03] + (0..<8).map { UInt8(truncatingIfNeeded: serial >> (56 - 8 * $0)) }
        return CertificateChain(leaf: try Certificate(der: authority.issue(template)))
    }
}
