import ACME
import Testing

/// Corner case 2: base64url without padding everywhere; RFC 7515 §2.
@Suite struct Base64URLTests {
    /// RFC 4648 §10, without the padding.
    @Test(
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
        ]
    )
    func `the vectors of RFC 4648 come out without padding`(text: String, encoded: String) {
        #expect(Base64URL.encode(text.utf8) == encoded)
    }

    @Test func `the example of RFC 7515 appendix C comes out`() {
        #expect(Base64URL.encode([3, 236, 255, 224, 193]) == "A-z_4ME")
    }

    @Test func `the last two letters are those that a URL can hold`() {
        #expect(Base64URL.encode([0xFB, 0xEF, 0xBE, 0xFF, 0xFF, 0xFF]) == "----____")
    }
}
