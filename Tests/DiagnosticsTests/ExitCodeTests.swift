import Diagnostics
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
}
