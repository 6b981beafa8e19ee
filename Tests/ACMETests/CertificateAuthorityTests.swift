import ACME
import HTTP
import Testing

/// Case F14 of the reliability catalogue: a CA is a known name or an https URL.
@Suite struct CertificateAuthorityTests {
    @Test(
        arguments: [
            ("letsencrypt", "https://acme-v02.api.letsencrypt.org/directory"),
            ("letsencrypt-staging", "https://acme-staging-v02.api.letsencrypt.org/directory"),
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
