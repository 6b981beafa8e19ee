import FoundationEssentials
import PKI
import Testing

/// RFC 7515 appendix A.1 and RFC 4231 §4: the published codes.
@Suite struct HMACTests {
    @Test func `the code of RFC 7515 A point 1 is the published one`() throws {
        let key = Self.bytes(
            base64URL: "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75"
                + "aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
        )
        let input =
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
            + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6"
            + "Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        let code = try HMAC.sha256.code(of: Array(input.utf8), key: key)
        #expect(code == Self.bytes(base64URL: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
    }

    @Test func `the code of RFC 4231 case 2 is the published one`() throws {
        let code = try HMAC.sha256.code(
            of: Array("what do ya want for nothing?".utf8),
            key: Array("Jefe".utf8)
        )
        let published: [UInt8] = [
            0x5B, 0xDC, 0xC1, 0x46, 0xBF, 0x60, 0x75, 0x4E, 0x6A, 0x04, 0x24, 0x26, 0x08, 0x95,
            0x75,
            0xC7, 0x5A, 0x00, 0x3F, 0x08, 0x9D, 0x27, 0x39, 0x83, 0x9D, 0xEC, 0x58, 0xB9, 0x64,
            0xEC,
            0x38, 0x43,
        ]
        #expect(code == published)
    }

    private static func bytes(base64URL: String) -> [UInt8] {
        let text = base64URL.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - text.count % 4) % 4)
        return Data(base64Encoded: text + padding).map(Array.init) ?? []
    }
}
