import Testing

@testable import Commands

/// What an option's value can be completed with is mostly seen from what the value is called.
@Suite struct CompletionTests {
    @Test(
        arguments: [
            ("FILE", .file), ("PATH", .file), ("DIR", .directory), ("NAME", .nothing),
            ("NAME|URL", .nothing), ("N", .nothing),
        ] as [(String, Completion)]
    )
    func `a value completes as what its name says`(placeholder: String, completion: Completion) {
        let option = CommandOption(name: "x", value: placeholder, summary: "")
        #expect(option.completes == completion)
    }

    @Test func `what an option says of itself wins over its value's name`() {
        let option = CommandOption(name: "x", value: "DIR", summary: "", completes: .lineages)
        #expect(option.completes == .lineages)
    }

    @Test func `a switch completes as nothing`() {
        #expect(CommandOption(name: "x", value: nil, summary: "").completes == .nothing)
    }
}
