import Diagnostics
import FoundationEssentials
import PKI
import TestSupport

/// Makes certificates by the million: all of one key, and each with what certctl reads of it.
package struct Forge: Sendable {
    let key: PrivateKey
    /// The request that stands in the journal while an order is under way.
    let request: CertificateSigningRequest
    private let authority: TestCertificateAuthority

    /// A key that guards nothing: chance of the host depends on it, and has to be the same again.
    private static let pem = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZnZyweWer0RSJ+GA
        mhKh58V2rgeZhCchv6dp314vUGihRANCAASt4hXG+IGp6R/F9yvUUZf6dnnszIY1
        c7vi+SuYTcH33cZRqAt46ssHYh42CbGZeghZh4D/CTCbsIL+3k39Dm7G
        -----END PRIVATE KEY-----
        """

    package init() throws {
        key = try PrivateKey(pem: Secret(Array(Self.pem.utf8)))
        request = try CertificateSigningRequest(dnsNames: ["model.test"], key: key)
        authority = try TestCertificateAuthority.make(name: "Model CA")
    }

    /// The certificate that the model CA has issued for `names`.
    func certificate(
        for names: [String],
        _ issued: ModelAuthority.Issued
    ) throws -> CertificateChain {
        var template = CertificateTemplate(
            publicKey: key.publicKey.subjectPublicKeyInfo,
            dnsNames: names,
            notBefore: issued.notBefore,
            notAfter: issued.notAfter
        )
        template.serial = Self.bytes(of: issued.serial)
        return CertificateChain(leaf: try Certificate(der: authority.issue(template)))
    }

    /// The number that the model CA has given to a certificate, read from its serial in hexadecimal.
    static func serial(_ text: String) -> UInt64? {
        UInt64(text.suffix(16), radix: 16)
    }

    private static func bytes(of serial: UInt64) -> [UInt8] {
        // Nine bytes, the first one such that it is never negative nor zero.
        [0x03] + (0..<8).map { UInt8(truncatingIfNeeded: serial >> (56 - 8 * $0)) }
    }
}
