import ACME
import Testing

/// Corner case 23, cases P10 and P11 of the reliability catalogue; RFC 8555 §8.3.
@Suite struct TokenTests {
    @Test(
        arguments: [
            "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA", "abcdefghijklmnopqrst-_",
            String(repeating: "A", count: 128),
        ]
    )
    func `22 to 128 characters of base64url are a token`(text: String) {
        #expect(Token(text)?.description == text)
    }

    @Test(
        arguments: [
            "", "abcdefghijklmnopqrstu", String(repeating: "A", count: 129),
            String(repeating: "A", count: 1 << 20), "../../../../../../etc/cron.d/x",
            "..%2f..%2f..%2fetc%2fcron.d", "..................................",
            "abcdefghijklmnopqrstu/", "abcdefghijklmnopqrstu=", "abcdefghijklmnopqrstu+",
            "abcdefghijklmnopqrstu\n", "abcdefghijklmnopqrstu\0", "abcdefghijklmnopqrstu é",
            "ａbcdefghijklmnopqrstuvw", "abcdefghijklmnopqrst\r\nEvil: 1",
        ]
    )
    func `nothing else is one`(text: String) {
        #expect(Token(text) == nil)
    }
}

/// RFC 8555 §8.1 and §8.3.
@Suite struct KeyAuthorizationTests {
    private func authorization() throws -> KeyAuthorization {
        let token = try #require(Token("evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"))
        return KeyAuthorization(
            host: "example.com",
            token: token,
            thumbprint: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        )
    }

    @Test func `the content is token, dot and thumbprint`() throws {
        #expect(
            try authorization().content == """
                evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA.\
                NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
                """
        )
    }

    @Test func `the path is the one of the RFC`() throws {
        #expect(
            try authorization().path == """
                /.well-known/acme-challenge/evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA
                """
        )
    }
}
