import Testing

@testable import CertificateStore

/// Reliability D and F: a name can stand in a path as it is.
@Suite struct LineageNameTests {
    @Test(arguments: ["example.com", "a", "my-cert_2", String(repeating: "a", count: 200)])
    func `letters, digits, dots, hyphens and underscores are a name`(_ text: String) {
        #expect(LineageName(text)?.description == text)
    }

    @Test(arguments: [
        "", ".", "..", ".hidden", "-option", "_x", "a/b", "../x", "A", "a b", "ä",
        String(repeating: "a", count: 201),
    ])
    func `what could mean something else in a path is none`(_ text: String) {
        #expect(LineageName(text) == nil)
    }

    @Test func `control characters are no part of a name`() {
        #expect(LineageName("a\u{0}b") == nil)
        #expect(LineageName("a\n") == nil)
    }
}
