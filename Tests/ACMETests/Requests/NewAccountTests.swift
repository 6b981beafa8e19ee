import ACME
import HTTP
import Testing

/// Corner case 6; RFC 8555 §7.3 and §7.3.1.
@Suite struct NewAccountTests {
    private func payload(_ purpose: NewAccount.Purpose) throws -> String {
        let post = NewAccount(purpose).post(to: try Directory.good())
        #expect(post.url == url("https://ca.test/new-account"))
        return String(decoding: post.payload, as: UTF8.self)
    }

    @Test func `finding an account never makes one`() throws {
        #expect(try payload(.find) == #"{"onlyReturnExisting":true}"#)
    }

    @Test func `registering agrees to the terms`() throws {
        #expect(try payload(.register(email: nil)) == #"{"termsOfServiceAgreed":true}"#)
    }

    @Test func `an address is a contact by mail`() throws {
        #expect(
            try payload(.register(email: "ops@example.com"))
                == #"{"contact":["mailto:ops@example.com"],"termsOfServiceAgreed":true}"#
        )
    }

    @Test func `an address cannot leave its text`() throws {
        #expect(
            try payload(.register(email: #"a","x":"b"#))
                == #"{"contact":["mailto:a\",\"x\":\"b"],"termsOfServiceAgreed":true}"#
        )
    }
}
