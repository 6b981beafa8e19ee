import Testing

@testable import CertificateStore

/// Reliability D19: counting goes on past any number of digits.
@Suite struct GenerationNumberTests {
    @Test(arguments: [(0, "000000"), (42, "000042"), (999_999, "999999"), (1_000_000, "1000000")])
    func `a number is written with at least six digits`(_ value: Int, _ text: String) {
        #expect(GenerationNumber(value).description == text)
        #expect(GenerationNumber(directory: text) == GenerationNumber(value))
    }

    @Test(arguments: ["", "42", "0000042", "-00001", "+00001", "00000a", "000001.old"])
    func `a directory of another name is no generation`(_ text: String) {
        #expect(GenerationNumber(directory: text) == nil)
    }

    @Test func `a million follows 999999`() {
        #expect(GenerationNumber(999_999).next > GenerationNumber(999_999))
    }
}
