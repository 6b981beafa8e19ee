import Testing

@testable import PKI

/// RFC 7468.
@Suite struct PEMTests {
    @Test(arguments: [0, 1, 2, 3, 47, 48, 49, 96, 1000])
    func `what is encoded is read back`(count: Int) throws {
        let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let text = PEM.encode(content, label: "CERTIFICATE")
        #expect(try PEM.blocks(in: text) == [PEM.Block(label: "CERTIFICATE", content: content)])
    }

    @Test func `lines have 64 characters and end in a line feed`() {
        let text = text(PEM.encode([UInt8](repeating: 0, count: 49), label: "X"))
        let zeros = String(repeating: "A", count: 64)
        #expect(text == "-----BEGIN X-----\n\(zeros)\nAA==\n-----END X-----\n")
    }

    @Test func `blocks come in the order of the text`() throws {
        let text = PEM.encode([1], label: "A") + PEM.encode([2], label: "B")
        #expect(try PEM.blocks(in: text).map(\.label) == ["A", "B"])
    }

    @Test func `a text without blocks has none`() throws {
        #expect(try PEM.blocks(in: Array("nothing here\n".utf8)).isEmpty)
    }

    @Test(arguments: [
        "-----BEGIN X-----\r\nAQID\r\n-----END X-----\r\n",
        "-----BEGIN X-----\rAQID\r-----END X-----",
        "\n\n-----BEGIN X-----\n\nAQ\nID\n\n-----END X-----\n\n",
        "Subject: a\n---- text ----\n-----BEGIN X-----\nAQID\n-----END X-----\nmore text",
        "  -----BEGIN X-----  \n\tAQID \t\n -----END X----- ",
    ])
    func `line endings, blank lines, spaces and text around do not matter`(text: String) throws {
        let blocks = try PEM.blocks(in: Array(text.utf8))
        #expect(blocks == [PEM.Block(label: "X", content: [1, 2, 3])])
    }

    @Test(arguments: [
        "-----BEGIN X-----\nAQID\n",
        "AQID\n-----END X-----\n",
        "-----BEGIN X-----\nAQID\n-----END Y-----\n",
        "-----BEGIN X-----\nAQI\n-----END X-----\n",
        "-----BEGIN X-----\nA*ID\n-----END X-----\n",
        "-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\n\nAQID\n-----END X-----\n",
        "-----BEGIN X-----\nAQID\n-----BEGIN X-----\nAQID\n-----END X-----\n",
        "----BEGIN X-----\nAQID\n-----END X-----\n",
    ])
    func `a damaged block is refused`(text: String) {
        #expect(throws: PKIError.self) { try PEM.blocks(in: Array(text.utf8)) }
    }

    /// CVE-2024-12401: a text of 856 KB cost another client 750 ms.
    @Test(arguments: [
        "-", "\n", "-----", "A", "-----BEGIN ", "-----BEGIN A-----", "-----BEGIN A-----\nAQID\n",
        "-----BEGIN A-----\n-----END A-----\n", "-----BEGIN A-----\n\n", "-----END ",
    ])
    func `each byte of a bomb is read once at most`(fragment: String) {
        var reads = 0
        let text = Array(String(repeating: fragment, count: 10_000).utf8)
        let counted = text.lazy.map { byte in
            reads += 1
            return byte
        }
        _ = try? PEM.scan(counted)  // Whether there are blocks in it is another test's business.
        #expect(reads <= text.count)
    }
}

/// Bytes as text.
func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
}
