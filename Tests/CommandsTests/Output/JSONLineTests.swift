import FoundationEssentials
import Testing

@testable import Commands

/// `--json` is a stable schema, one object a line.
@Suite struct JSONLineTests {
    private struct Value: Encodable {
        var zone = "b"
        var name = "a\nb \"c\" / \u{1B}"
        var count = 3
        var at = Date(timeIntervalSince1970: 1_800_000_000)
        var missing: String?
    }

    @Test func `a value is one line with its members sorted`() {
        #expect(
            JSONLine.text(Value()) == """
                {"at":"2027-01-15T08:00:00Z","count":3,"name":"a\\nb \\"c\\" / \\u001b","zone":"b"}

                """
        )
    }
}
