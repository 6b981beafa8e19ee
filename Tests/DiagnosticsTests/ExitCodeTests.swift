import Diagnostics
import FoundationEssentials
import Testing

/// The numbers are a promise to scripts: they may grow in number and never change.
@Suite struct ExitCodeTests {
    @Test func `every exit code keeps its number`() {
        let numbers: [ExitCode: Int32] = [
            .success: 0, .internalError: 1, .usage: 2, .configuration: 3, .unreachable: 4,
            .refused: 5, .challengeFailed: 6, .rateLimited: 7, .store: 8, .deployment: 9,
            .findings: 10, .partial: 11,
        ]
        for code in ExitCode.allCases {
            #expect(code.rawValue == numbers[code], "\(code)")
        }
    }

    /// The cells of the table of exit codes in `README.md`: a number, or several, and a meaning.
    private static func table() throws -> [String: String] {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let text = try String(contentsOfFile: "/\(root)/README.md", encoding: .utf8)
        let rows = text.split(separator: "\n").drop { $0 != "## Exit codes" }.dropFirst(3)
            .prefix { $0.hasPrefix("|") }
        var meanings: [String: String] = [:]
        for row in rows {
            let cells = row.dropFirst().split(separator: "|", omittingEmptySubsequences: false)
                .map { $0.split(separator: " ").joined(separator: " ") }
            for (numbers, meaning) in [(cells[0], cells[1]), (cells[2], cells[3])] {
                for number in numbers.split(separator: ", ") {
                    meanings[String(number)] = meaning
                }
            }
        }
        return meanings
    }

    @Test func `the README tells of every exit code what certctl does`() throws {
        let table = try Self.table()
        #expect(table.count == ExitCode.allCases.count)
        for code in ExitCode.allCases {
            #expect(table["\(code.rawValue)"] == code.meaning)
        }
    }
}
