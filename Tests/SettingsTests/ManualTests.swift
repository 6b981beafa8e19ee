import FoundationEssentials
import Testing

@testable import Settings

/// The README is the manual of certctl.conf.
@Suite struct ManualTests {
    private let manual: String

    init() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let data = try #require(FileManager.default.contents(atPath: "/\(root)/README.md"))
        manual = String(decoding: data, as: UTF8.self)
    }

    @Test(arguments: DirectiveRule.all)
    func `the manual has every directive, as it is written`(_ rule: DirectiveRule) {
        #expect(manual.contains("| `\(rule.usage.replacing("|", with: "\\|"))` |"))
    }

    @Test func `the example of the manual is right`() throws {
        // There are other blocks in nginx's syntax; this one is of the section on settings.
        let section = try #require(manual.split(separator: "## Settings\n").dropFirst().first)
        let example = try #require(section.split(separator: "```nginx\n").dropFirst().first)
        let text = try #require(example.split(separator: "```").first)
        let settings = try SettingsTexts.read(String(text))
        #expect(settings.sites.map(\.kind) == [.app, .portainer, .registry])
        #expect(settings.certificates.count == 1)
        #expect(settings.proxy?.configuration == "/srv/proxy/conf.d")
    }
}
