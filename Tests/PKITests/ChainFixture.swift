import FoundationEssentials
import PKI
import TestSupport

/// A root, an intermediate and a key that wants a certificate.
struct ChainFixture {
    let root: TestCertificateAuthority
    let intermediate: TestCertificateAuthority
    let key: PrivateKey
    let now = Date(timeIntervalSince1970: 1_790_000_000)
    let names = ["a.test", "www.a.test"]

    init() throws {
        root = try TestCertificateAuthority.make()
        intermediate = try root.intermediate()
        key = try PrivateKey.make(.p256)
    }

    /// A leaf as it should be: for 90 days, since an hour ago.
    var template: CertificateTemplate {
        CertificateTemplate(
            publicKey: key.publicKey.subjectPublicKeyInfo,
            dnsNames: names,
            notBefore: now - 3600,
            notAfter: now + 90 * 86400
        )
    }

    /// What the chain has to be for.
    var expectation: CertificateChain.Expectation {
        CertificateChain.Expectation(publicKey: key.publicKey, dnsNames: Set(names), now: now)
    }

    /// The leaf that `template` describes, and the intermediate.
    func chain(_ template: CertificateTemplate) throws -> CertificateChain {
        try CertificateChain(pem: intermediate.chainPEM(leaf: intermediate.issue(template)))
    }

    /// A good chain.
    func chain() throws -> CertificateChain {
        try chain(template)
    }
}

/// Certificates one after the other in PEM.
func pem(_ certificates: [UInt8]...) -> [UInt8] {
    certificates.flatMap { PEM.encode($0, label: "CERTIFICATE") }
}
