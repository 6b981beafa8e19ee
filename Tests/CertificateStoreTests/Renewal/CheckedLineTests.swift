import Testing

@testable import CertificateStore

/// A line of words that tells whether it is as it was written.
@Suite struct CheckedLineTests {
    private func words(_ line: [UInt8]) -> [String]? {
        CheckedLine.words(line.dropLast())?.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `what is written is read`() {
        #expect(words(CheckedLine.encode("12 example.com")) == ["12", "example.com"])
        #expect(CheckedLine.encode("a").last == UInt8(ascii: "\n"))
    }

    // D11
    @Test func `whatever the bit that flips, the line is none`() {
        let line = CheckedLine.encode("1800000000 example.com")
        for index in line.indices.dropLast() {
            for bit in 0..<8 {
                var flipped = line
                flipped[index] ^= 1 << UInt8(bit)
                #expect(words(flipped) == nil, "byte \(index), bit \(bit)")
            }
        }
    }

    // D10
    @Test func `wherever it is cut, the rest is none`() {
        let line = CheckedLine.encode("1800000000 example.com").dropLast()
        for length in 0..<line.count {
            #expect(CheckedLine.words(line.prefix(length)) == nil, "cut at \(length)")
        }
    }

    @Test(arguments: [
        ("0", 0), ("1800000000", 1_800_000_000), ("-62135596800", -62_135_596_800),
        ("999999999999999", 999_999_999_999_999), ("007", 7),
    ])
    func `whole numbers are read`(text: String, number: Int) {
        #expect(CheckedLine.number(Array(text.utf8)[...]) == number)
    }

    @Test(arguments: ["", "-", "+1", "1.5", "1e9", " 1", "a", "0x10", "--1", "1000000000000000"])
    func `what is no whole number, or one too long, is none`(text: String) {
        #expect(CheckedLine.number(Array(text.utf8)[...]) == nil)
    }
}
