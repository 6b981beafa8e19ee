import ACME
import CertificateStore
import Diagnostics
import Platform
import Settings
import TestSupport
import Testing

@testable import Workflows

/// reliability.md F11 to F13: which certctl.conf is read at all.
@Suite struct SettingsLoaderTests {
    private static let directory = "\(TestHost.home)/etc"
    private static let path = "\(directory)/certctl.conf"

    private let host: TestHost

    init() throws {
        host = try TestHost()
    }

    private func put(_ text: String, mode: FileMode = .privateFile) {
        host.disk.put(Self.path, Array(text.utf8), mode: mode)
    }

    private func load() throws -> Settings { try SettingsLoader(host.services).load() }

    private func refuses(_ error: SettingsFileError) {
        #expect(throws: error) { try load() }
        #expect(error.diagnosis.exitCode == .configuration)
        #expect(error.diagnosis.what.contains(Self.directory))
    }

    @Test func `without a file the settings say nothing`() throws {
        #expect(try load() == Settings())
        #expect(try !SettingsLoader(host.services).isPresent())
    }

    @Test func `a file is read`() throws {
        put("profile shortlived;")
        #expect(try load().profile == "shortlived")
    }

    @Test func `what is wrong is told with the path of the file`() throws {
        put("\nemial x;")
        let error = #expect(throws: SettingsError.self) { try load() }
        #expect(error?.diagnosis.what.hasPrefix("\(Self.path):2:1: ") == true)
    }

    @Test func `a certificate's name is one that the store can keep`() throws {
        put("certificate a.test { name ../x; }")
        #expect(throws: SettingsError.self) { try load() }
        put("certificate a.test { name mail.example-1_2; }")
        #expect(try load().certificates.map(\.lineage) == ["mail.example-1_2"])
    }

    @Test func `a name in other letters is taken in the form that DNS has it in`() throws {
        put("certificate exämple.test;")
        #expect(try load().certificates[0].names.map(\.value) == ["xn--exmple-cua.test"])
        put("certificate ex\u{202E}ample.test;")
        #expect(throws: SettingsError.self) { try load() }
    }

    @Test func `F11: a file of 10 MB is refused`() {
        put(String(repeating: "#", count: 10_000_000))
        refuses(.tooLong(Self.path, bytes: 10_000_000))
    }

    @Test(arguments: [0o602, 0o620, 0o666] as [UInt32])
    func `F12: a file that others can write to is refused`(bits: UInt32) {
        put("", mode: FileMode(bits))
        refuses(.writableByOthers(Self.path, mode: "0\(String(bits, radix: 8))"))
    }

    @Test func `F12: a directory that others can write to is refused`() {
        put("")
        host.disk.setMode(Self.directory, FileMode(0o777))
        refuses(.writableByOthers(Self.directory, mode: "0777"))
    }

    @Test func `F13: a file of another user is refused, and root's is taken`() throws {
        put("profile p;")
        host.disk.setOwner(Self.path, 4242)
        refuses(.foreignOwner(Self.path, owner: 4242))
        host.disk.setOwner(Self.path, 0)
        #expect(try load().profile == "p")
    }

    @Test func `F13: a link is refused`() {
        host.disk.put("/elsewhere", Array("profile p;".utf8))
        host.disk.put(directory: Self.directory)
        host.disk.put(link: Self.path, to: "/elsewhere")
        refuses(.notRegular(Self.path))
    }

    @Test func `F13: a link in the place of the directory is refused`() {
        host.disk.put("/elsewhere/certctl.conf", Array("profile p;".utf8))
        host.disk.put(link: Self.directory, to: "/elsewhere")
        refuses(.notRegular(Self.directory))
    }

    @Test func `a directory in the file's place is refused`() {
        host.disk.put(directory: Self.path)
        refuses(.notRegular(Self.path))
    }

    @Test func `a check counts sites and certificates, and changes nothing`() async throws {
        put("site a.test { to a:1; } site b.test { to b:1; } certificate c.test;")
        let changes = host.disk.changes
        let report = try await CheckSettings(host.services).run()
        #expect(
            report
                == CheckSettings.Report(
                    file: Self.path,
                    isPresent: true,
                    sites: 2,
                    certificates: 1
                )
        )
        #expect(host.disk.changes == changes)
    }

    // MARK: What paths lead to

    @Test(arguments: [
        "ca letsencrypt { roots nope.pem; }",
        "ca google { eab_kid K; eab_hmac_file nofile; }",
        "certificate a.test { deploy_hook /nope x; }", "http01 webroot:/nodir;",
        "proxy nginx { configuration /nodir; }",
    ])
    func `the check looks where paths lead, and nobody else does`(text: String) throws {
        put(text)
        _ = try load()
        let error = #expect(throws: SettingsError.self) {
            try SettingsLoader(host.services).load(looksAtPaths: true)
        }
        #expect(error?.diagnosis.why.hasPrefix("there is no such") == true)
    }
}
