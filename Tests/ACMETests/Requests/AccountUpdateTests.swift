import ACME
import Testing

/// RFC 8555 §7.3.2 and §7.3.6.
@Suite struct AccountUpdateTests {
    private func payload(_ update: AccountUpdate) -> String {
        let post = update.post(to: url("https://ca.test/account/1"))
        #expect(post.url == url("https://ca.test/account/1"))
        return String(decoding: post.payload, as: UTF8.self)
    }

    @Test func `a new address takes the place of all contacts`() {
        let payload = payload(.contact(email: "ops@example.com"))
        #expect(payload == #"{"contact":["mailto:ops@example.com"]}"#)
    }

    @Test func `no address is an empty list and not silence`() {
        #expect(payload(.contact(email: nil)) == #"{"contact":[]}"#)
    }

    @Test func `an account ends by its status`() {
        #expect(payload(.deactivation) == #"{"status":"deactivated"}"#)
    }
}
