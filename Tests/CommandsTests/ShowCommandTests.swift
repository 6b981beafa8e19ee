import ACME
import CertificateStore
import Diagnostics
import HTTP
import Platform
import TestSupport
import Testing
import Workflows

@testable import Commands

/// `certctl show`: what a file says is told as text, whatever it says.
@Suite struct ShowCommandTests {
    private static let settings = "/home/lib/lineages/a.test/settings.json"

    private let host: CommandHost
    private var disk: MemoryFileSystem { host.disk }
    private var services: Services { host.services }

    init() throws {
        host = try CommandHost()
    }

    private func show(isJSON: Bool = false) async throws -> String {
        let screen = Screen()
        let arguments = try ParsedArguments(["a.test"], options: ShowCommand.options)
        let context = CommandContext.test(on: screen, isJSON: isJSON, services: services)
        try await ShowCommand(arguments).run(in: context)
        return screen.output
    }

    private func change(_ text: String, to other: String) throws {
        let bytes = try disk.readFile(Self.settings, limit: 10_000)
        let changed = String(decoding: bytes, as: UTF8.self).replacing(text, with: other)
        disk.put(Self.settings, Array(changed.utf8))
    }

    @Test func `nothing of what stands in the settings is obeyed by a terminal`() async throws {
        try await host.issue()
        try change(#"https:\/\/ca.test"#, to: "https://ca.test")
        try change("https://ca.test/directory", to: #"https://ca.test/\u001b[2J"#)
        let output = try await show()
        #expect(output.contains("https://ca.test/"))
        #expect(output.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 32 })
    }

    @Test func `a CA that has stood in is told beside the usual one`() async throws {
        try await host.issue()
        #expect(!(try await show()).contains("stood in for by"))
        let name = try #require(LineageName("a.test"))
        var settings = try #require(try services.store.lineage(name).settings)
        settings.substitute = "https://second.test/directory"
        try services.store.save(settings, of: name)
        let output = try await show()
        #expect(output.contains("CA              https://ca.test/directory\n"))
        #expect(output.contains("stood in for by https://second.test/directory\n"))
        #expect(try await show(isJSON: true).contains(#""substitute":"https://second.test/"#))
    }
}
