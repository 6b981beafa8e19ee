import Platform
import Testing

@testable import Commands

@Suite struct RespondCommandTests {
    private func parse(_ words: [String]) throws -> RespondCommand {
        try RespondCommand(ParsedArguments(words, options: RespondCommand.options))
    }

    @Test(
        arguments: [
            ([], Endpoint(port: 80)),
            (["--http01-port", "8080"], Endpoint(port: 8080)),
            (["--http01-address", "192.0.2.1"], Endpoint(address: "192.0.2.1", port: 80)),
            (
                ["--http01-port", "81", "--http01-address", "::1"],
                Endpoint(address: "::1", port: 81)
            ),
            (["--http01-port", "none"], nil),
        ] as [([String], Endpoint?)]
    )
    func `it listens where it is told to, else on port 80`(
        words: [String],
        endpoint: Endpoint?
    ) throws {
        #expect(try parse(words).endpoint == endpoint)
    }

    @Test(arguments: [
        ["--http01-port", "0"], ["--http01-port", "65536"], ["--http01-port", "+80"],
        ["--http01-port", "http"], ["--http01-address", "localhost"], ["--http01-address", ""],
        ["--http01-port", "none", "--http01-address", "::1"], ["example.com"],
    ])
    func `what makes no sense is refused`(words: [String]) {
        #expect(throws: UsageError.self) { try parse(words) }
    }

    @Test func `it needs no root, and may make its home`() {
        #expect(!RespondCommand.needsRoot)
        #expect(RespondCommand.makesHome)
    }

    @Test func `the options keep their names`() {
        #expect(RespondCommand.options.map(\.name) == ["http01-port", "http01-address"])
    }
}
