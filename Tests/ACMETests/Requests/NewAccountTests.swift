import Diagnostics
import FoundationEssentials
import HTTP
import PKI
import Testing

@testable import ACME

/// Corner cases 6 and 7; RFC 8555 §7.3, §7.3.1 and §7.3.4.
@Suite struct NewAccountTests {
    private let key: JSONWebKey

    init() throws {
        key = JSONWebKey(of: try PrivateKey.make(.p256))
    }

    private func payload(_ purpose: NewAccount.Purpose) throws -> String {
        let post = try NewAccount(purpose).post(to: try Directory.good(), key: key)
        #expect(post.url == url("https://ca.test/new-account"))
        return String(decoding: post.payload, as: UTF8.self)
    }

    @Test func `finding an account never makes one`() throws {
        #expect(try payload(.find) == #"{"onlyReturnExisting":true}"#)
    }

    @Test func `registering agrees to the terms`() throws {
        let payload = try payload(.register(email: nil, binding: nil))
        #expect(payload == #"{"termsOfServiceAgreed":true}"#)
    }

    @Test func `an address is a contact by mail`() throws {
        #expect(
            try payload(.register(email: "ops@example.com", binding: nil))
                == #"{"contact":["mailto:ops@example.com"],"termsOfServiceAgreed":true}"#
        )
    }

    @Test func `an address cannot leave its text`() throws {
        #expect(
            try payload(.register(email: #"a","x":"b"#, binding: nil))
                == #"{"contact":["mailto:a\",\"x\":\"b"],"termsOfServiceAgreed":true}"#
        )
    }

    // MARK: External account binding

    private struct Registration: Decodable {
        var externalAccountBinding: Inner
    }

    private struct Inner: Decodable {
        var protected: String
        var payload: String
        var signature: String
    }

    private func makeBinding(_ text: String, _ algorithm: HMAC = .sha256) -> ExternalAccountBinding?
    {
        ExternalAccountBinding(
            keyIdentifier: #"kid"1"#,
            key: Secret(text),
            algorithm: algorithm
        )
    }

    private func bytes(_ text: String) throws -> [UInt8] { try #require(Base64URL.decode(text)) }

    @Test(arguments: HMAC.allCases)
    func `a binding is the account's key under the customer's code`(algorithm: HMAC) throws {
        let binding = makeBinding("c2VjcmV0LXdpdGgtXy1pbi1pdA", algorithm)
        let purpose = NewAccount.Purpose.register(email: nil, binding: binding)
        let json = Data(try payload(purpose).utf8)
        let inner = try JSONDecoder().decode(Registration.self, from: json).externalAccountBinding
        let header = String(decoding: try bytes(inner.protected), as: UTF8.self)
        #expect(
            header == #"{"alg":"\#(algorithm.rawValue)","kid":"kid\"1","#
                + #""url":"https://ca.test/new-account"}"#
        )
        #expect(String(decoding: try bytes(inner.payload), as: UTF8.self) == key.json)
        let code = try algorithm.code(
            of: Array("\(inner.protected).\(inner.payload)".utf8),
            key: Array("secret-with-_-in-it".utf8)
        )
        #expect(try bytes(inner.signature) == code)
    }

    @Test(arguments: ["-_-_", "+/+/", "aGk", "aGk="])
    func `an HMAC key is read in both alphabets, with padding or without`(text: String) {
        #expect(makeBinding(text) != nil)
    }

    @Test(arguments: ["", "a", "a b", "aGk%", "-----BEGIN KEY-----"])
    func `anything else is no HMAC key`(text: String) {
        #expect(makeBinding(text) == nil)
    }

    @Test func `an HMAC key shows in no description`() throws {
        let binding = try #require(makeBinding("c2VjcmV0"))
        #expect(!"\(binding)".contains("c2VjcmV0"))
        #expect(!"\(binding)".contains("115, 101"))
    }
}
