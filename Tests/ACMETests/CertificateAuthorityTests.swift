import HTTP
import Testing

@testable import ACME

/// Case F14 of the reliability catalogue: a CA is a known name or an https URL.
@Suite struct CertificateAuthorityTests {
    @Test(
        arguments: [
            ("letsencrypt", "https://acme-v02.api.letsencrypt.org/directory"),
            ("letsencrypt-staging", "https://acme-staging-v02.api.letsencrypt.org/directory"),
            ("zerossl", "https://acme.zerossl.com/v2/DV90"),
            ("google", "https://dv.acme-v02.api.pki.goog/directory"),
            ("google-staging", "https://dv.acme-v02.test-api.pki.goog/directory"),
            ("sslcom-ecc", "https://acme.ssl.com/sslcom-dv-ecc"),
            ("sslcom-rsa", "https://acme.ssl.com/sslcom-dv-rsa"),
            ("actalis", "https://acme-api.actalis.com/acme/directory"),
        ]
    )
    func `a known name stands for its directory`(name: String, directory: String) throws {
        let authority = try #require(CertificateAuthority(name))
        #expect(authority.directory == url(directory))
        #expect(authority.folder == name)
    }

    @Test func `every name on the list is known, the default among them`() {
        #expect(CertificateAuthority.names.allSatisfy { CertificateAuthority($0)?.folder == $0 })
        #expect(CertificateAuthority.names.contains(CertificateAuthority.standard.folder))
    }

    // MARK: What CAs are known to do otherwise

    @Test(arguments: [
        ("letsencrypt", "letsencrypt-staging"), ("letsencrypt-staging", "letsencrypt-staging"),
        ("google", "google-staging"), ("zerossl", nil), ("actalis", nil), ("sslcom-ecc", nil),
        ("https://ca.test/dir", nil),
    ])
    func `rehearsals go to the CA's own staging, or nowhere`(name: String, staging: String?) throws
    {
        let authority = try #require(CertificateAuthority(name))
        #expect(authority.staging?.folder == staging)
    }

    @Test func `a CA that knows its customers tells where its credentials are made`() {
        let binding = CertificateAuthority.names.filter {
            CertificateAuthority($0)?.traits.bindingAdvice != nil
        }
        let names = [
            "zerossl", "google", "google-staging", "sslcom-ecc", "sslcom-rsa", "actalis",
        ]
        #expect(binding == names)
    }

    @Test func `Let's Encrypt takes four reasons for a revocation, others the five of owners`()
        throws
    {
        let staging = try #require(CertificateAuthority("letsencrypt-staging"))
        #expect(staging.traits.revocationReasons.map(\.rawValue) == [0, 1, 4, 5])
        let other = try #require(CertificateAuthority("https://ca.test/dir"))
        #expect(other.traits.revocationReasons.map(\.rawValue) == [0, 1, 3, 4, 5])
    }

    @Test func `a CA that nobody knows anything of is taken to keep to the standard`() throws {
        let traits = try #require(CertificateAuthority("https://ca.test/dir")).traits
        #expect(traits == CertificateAuthority.Traits())
        #expect(traits.changesKeys && !traits.requiresEmail && !traits.hidesFailures)
    }

    @Test func `a known CA is the same by its URL`() {
        let url = "https://acme-v02.api.letsencrypt.org/directory"
        #expect(CertificateAuthority(url) == CertificateAuthority("letsencrypt"))
    }

    @Test func `the folder of a URL is its host and eight digits`() throws {
        let authority = try #require(CertificateAuthority("https://ca.test:14000/dir"))
        // printf %s https://ca.test:14000/dir | sha256sum
        #expect(authority.folder == "ca.test-a0b46e77")
    }

    @Test func `two directories of one host have two folders`() {
        let texts = ["https://ca.test/a", "https://ca.test/b", "https://ca.test:444/a"]
        let folders = Set(texts.compactMap { CertificateAuthority($0)?.folder })
        #expect(folders.count == 3)
    }

    @Test(arguments: ["https://[2001:db8::1]/dir", "https://../dir", "https://CA.test/../../dir"])
    func `a folder is one name in a path`(text: String) throws {
        let folder = try #require(CertificateAuthority(text)?.folder)
        #expect(
            folder.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-._".utf8.contains($0) }
        )
        #expect(![".", ".."].contains(folder))
    }

    @Test(
        arguments: [
            "", "lets-encrypt", "LetsEncrypt", "ca.test", "http://ca.test/dir", "file:///dir",
            "https://user@ca.test/dir", "https://ca.test/dir\n",
        ]
    )
    func `anything else is no CA`(text: String) {
        #expect(CertificateAuthority(text) == nil)
    }
}
