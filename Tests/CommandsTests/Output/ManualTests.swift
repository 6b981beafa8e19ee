import Diagnostics
import Testing

@testable import Commands

/// The manual is made from the table and the exit codes; `help.test.sh` shows it to man.
@Suite struct ManualTests {
    private static let lines = Manual.page.split(separator: "\n").map(String.init)

    @Test func `it has the sections of a manual, in their order`() {
        let sections = Self.lines.filter { $0.hasPrefix(".SH ") }.map { $0.dropFirst(4) }
        #expect(
            sections == [
                #""NAME""#, #""SYNOPSIS""#, #""DESCRIPTION""#, #""COMMANDS""#,
                #""COMMON OPTIONS""#, #""EXIT STATUS""#, #""FILES""#, #""EXAMPLES""#,
                #""SEE ALSO""#,
            ]
        )
    }

    @Test(arguments: CommandTable.names)
    func `it tells all of every command`(name: String) throws {
        let command = try CommandTable.command(named: name)
        let rest = Self.lines.drop { $0 + "\n" != Roff.subsection(command.usage) }.dropFirst()
        let own = rest.prefix { !$0.hasPrefix(".S") }
        #expect(own.first?.lowercased() == Roff.text("\(command.summary).").lowercased())
        for option in command.options {
            #expect(own.contains { $0.hasPrefix(Roff.bold("--\(option.name)")) })
            #expect(own.contains(Roff.text(option.description)))
        }
        for action in command.actions {
            #expect(own.contains(Roff.bold(action.form)))
        }
        for paragraph in Paragraph.paragraphs(of: command.discussion) {
            #expect(own.contains(Roff.text(paragraph)))
        }
        for example in command.examples {
            #expect(Self.lines.contains(Roff.bold(example.line)))
        }
    }

    @Test func `it tells every exit code`() {
        let rest = Self.lines.drop { $0 != #".SH "EXIT STATUS""# }.dropFirst()
        let expected = ExitCode.allCases.flatMap { code in
            [".TP", Roff.bold("\(code.rawValue)"), Roff.text(code.meaning)]
        }
        #expect(Array(rest.prefix { !$0.hasPrefix(".SH") }) == expected)
    }

    @Test func `it begins like this`() {
        let begin = #"""
            .TH "CERTCTL" "8" "" "certctl \#(VersionCommand.version)"
            .nh
            .ad l
            .SH "NAME"
            certctl \- get, keep and use TLS certificates of an ACME CA
            .SH "SYNOPSIS"
            \fBcertctl\fR \fICOMMAND\fR [\fIoptions\fR]
            .SH "DESCRIPTION"

            """#
        #expect(Manual.page.hasPrefix(begin))
    }

    @Test func `no line is empty, which roff would show`() {
        #expect(!Manual.page.contains("\n\n"))
        #expect(Manual.page.hasSuffix("\n"))
    }

    @Test func `every character is plain`() {
        #expect(Manual.page.unicodeScalars.allSatisfy { $0.isASCII })
    }

    @Test func `it promises no order of the lines of JSON`() {
        let rest = Self.lines.drop { $0 != #".SH "DESCRIPTION""# }.dropFirst()
        let own = rest.prefix { !$0.hasPrefix(".SH") }
        #expect(own.contains { $0.contains("The lines come in no fixed order") })
    }
}
