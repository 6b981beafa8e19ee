import Testing

@testable import Settings

/// reliability.md F15: an address that could end a header, or be two, is none.
@Suite struct EmailAddressTests {
    @Test(arguments: ["ops@example.com", "a+b_c-d@mail.example.co", "x@localhost"])
    func `an address is taken as it is written`(_ text: String) {
        #expect(EmailAddress(text)?.description == text)
    }

    @Test(
        arguments: [
            "", "@", "a@", "@b", "a", "a@b@c", "a b@c.test", "a@b.test\n", "\"a\"@b.test",
            "a@b.test,c@d.test", "a@b.test;c", "<a@b.test>", "a@[192.0.2.1]", "ä@b.test",
            "mailto:a@b.test", "a@b.test?subject=x", "a\\@b.test",
        ]
    )
    func `anything else is none`(_ text: String) {
        #expect(EmailAddress(text) == nil)
    }

    @Test func `an address has at most 254 bytes`() {
        let name = String(repeating: "a", count: 247)
        #expect(EmailAddress("\(name)@b.test") != nil)
        #expect(EmailAddress("a\(name)@b.test") == nil)
    }
}
