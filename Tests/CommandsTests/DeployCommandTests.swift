import CertificateStore
import Diagnostics
import FoundationEssentials
import PKI
import Platform
import TestSupport
import Testing

@testable import Commands

/// `certctl deploy` tells what was done, and nothing where there was nothing to do.
@Suite struct DeployCommandTests {
    private static let state = "/home/lib"

    private let screen = Screen()
    private let disk = MemoryFileSystem()

    private var store: CertificateStore {
        CertificateStore(StoreLayout(home: "/home"), in: disk, user: 1000)
    }

    init() {
        disk.put(directory: "/home")
    }

    /// Commits a certificate that is not in use yet.
    private func commit(_ text: String) throws {
        try store.prepare()
        let name = try #require(LineageName(text))
        let lock = try store.lock(name)
        let key = try PrivateKey.make(.p256)
        let certificate = try SelfSignedCertificate.make(
            dnsNames: [text],
            ipAddresses: [],
            key: key,
            serial: [1],
            notBefore: Date(timeIntervalSince1970: 1_800_000_000),
            notAfter: Date(timeIntervalSince1970: 1_810_000_000)
        )
        let settings = LineageSettings(
            names: [text],
            authority: "https://ca.test/directory",
            authorityRoots: nil,
            keyType: "p256",
            http01: "auto",
            http01Port: 80,
            http01Address: nil
        )
        let request = try CertificateSigningRequest(dnsNames: [text], key: key)
        try store.stage(key, request: request, settings: settings, for: name)
        _ = try store.commit(CertificateChain(leaf: certificate), keyType: .p256, for: name)
        withExtendedLifetime(lock) {}
    }

    private func run(_ words: [String], isJSON: Bool = false) async throws {
        let arguments = try ParsedArguments(words, options: DeployCommand.options)
        let context = CommandContext.test(on: screen, isJSON: isJSON, fileSystem: disk)
        try await DeployCommand(arguments).run(in: context)
    }

    @Test func `what was brought into use is told, then that nothing is left`() async throws {
        try commit("a.test")
        try await run([])
        #expect(screen.output == "a.test: deployed\n  generation   000001\n")
        try await run([])
        #expect(screen.output.hasSuffix("\nNothing to deploy: what is stored is in use.\n"))
        try await run(["a.test"])
        #expect(screen.output.hasSuffix("\na.test: in use already\n"))
    }

    @Test func `the timer's form says nothing where nothing is pending`() async throws {
        try await run(["--pending"])
        try commit("a.test")
        try await run(["--pending"], isJSON: true)
        let line = screen.output
        #expect(line.hasPrefix(#"{"certificate":{"#))
        #expect(line.hasSuffix(#","hooks":[],"outcome":"deployed"}"# + "\n"))
        try await run(["--pending"], isJSON: true)
        try await run(["--pending"])
        #expect(screen.output == line)
        #expect(screen.errors.isEmpty)
    }

    @Test func `in JSON what was in use already is a line too`() async throws {
        try commit("a.test")
        try await run([])
        try await run(["a.test"], isJSON: true)
        #expect(screen.output.contains(#""generation":1,"isDeployPending":false,"#))
        #expect(screen.output.hasSuffix(#","hooks":[],"outcome":"unchanged"}"# + "\n"))
    }

    @Test func `a name that is not there is told`() async throws {
        try commit("a.test")
        await #expect(throws: StoreError.unknownLineage("b.test", known: ["a.test"])) {
            try await run(["a.test", "b.test"])
        }
        #expect(screen.output.isEmpty)
    }

    /// Makes a certificate's own hook one that nobody can run.
    private func breakHook(of name: String) {
        let text = "certificate \(name) { deploy_hook /nowhere/hook; }"
        disk.put("/home/etc/certctl.conf", Array(text.utf8))
    }

    @Test func `one that fails is told beside those that do not, with deployment's exit code`()
        async throws
    {
        try commit("a.test")
        try commit("b.test")
        breakHook(of: "a.test")
        let error = await #expect(throws: CertificateFailure.self) { try await run([]) }
        let diagnosis = try #require(error).diagnosis
        #expect(diagnosis.what == "1 of 2 certificates was not deployed: a.test")
        #expect(diagnosis.exitCode == .deployment)
        #expect(screen.output == "b.test: deployed\n  generation   000001\n")
    }

    @Test func `in JSON what fails has a line, and what waits after that`() async throws {
        try commit("a.test")
        breakHook(of: "a.test")
        for (words, outcome) in [([], "failed"), (["--pending"], "waiting")] {
            let before = screen.output.count
            _ = try? await run(words, isJSON: true)
            let line = screen.output.dropFirst(before)
            #expect(line.contains(#""name":"a.test""#))
            #expect(line.contains(#""deployFailures":1"#))
            #expect(line.hasSuffix(#""outcome":"\#(outcome)"}"# + "\n"))
        }
    }

    @Test func `a failure of the only certificate has its name`() async throws {
        try commit("a.test")
        breakHook(of: "a.test")
        for words in [[], ["--pending"]] {
            do {
                try await run(words)
                Issue.record("it has succeeded")
            } catch {
                #expect(Run.diagnosis(of: error).what.hasPrefix("a.test: "))
            }
        }
    }

    @Test func `list and show tell why a certificate is not in use, and when it is tried again`()
        async throws
    {
        try commit("a.test")
        let list = try ListCommand(ParsedArguments([], options: []))
        let show = try ShowCommand(ParsedArguments(["a.test"], options: ShowCommand.options))
        let before = CommandContext.test(on: screen, fileSystem: disk)
        try list.run(in: before)
        #expect(
            screen.output.hasSuffix(
                "\na.test: deploy pending, not tried yet: certctl deploy --home /home a.test\n"
            )
        )

        let early = Screen()
        try await show.run(in: CommandContext.test(on: early, fileSystem: disk))
        #expect(early.output.contains("\ndeployed        no: nginx still has to take it up\n"))

        breakHook(of: "a.test")
        _ = try? await run([])
        let text = Screen()
        try list.run(in: CommandContext.test(on: text, fileSystem: disk))
        #expect(
            text.output.hasSuffix(
                """

                a.test: deploy pending, failed once, next attempt 2027-01-15T08:01:00Z
                  the certificate is saved, but the hook /nowhere/hook cannot be run: there is no such file

                """
            )
        )
        try await show.run(in: CommandContext.test(on: text, fileSystem: disk))
        #expect(
            text.output.contains(
                """
                deployed        no: hooks still have to run
                because         the certificate is saved, but the hook /nowhere/hook cannot be run: \
                there is no such file
                failed          once, last 2027-01-15T08:00:00Z
                next attempt    2027-01-15T08:01:00Z

                """
            )
        )
        let json = Screen()
        try list.run(in: CommandContext.test(on: json, isJSON: true, fileSystem: disk))
        #expect(
            json.output.contains(
                #""deployFailure":"the certificate is saved, but the hook /nowhere/hook cannot be "#
                    + #"run: there is no such file","#
                    + #""deployFailures":1,"#
            )
        )
        #expect(json.output.contains(#""isDeployPending":true"#))
        #expect(json.output.contains(#""lastDeployAttempt":"2027-01-15T08:00:00Z""#))
        #expect(json.output.contains(#""nextDeployAttempt":"2027-01-15T08:01:00Z""#))
    }

    @Test func `a plan names certificate, files and hooks, and changes nothing`() async throws {
        try commit("example.com")
        let before = disk.contents(below: "/")
        try await run(["--dry-run"])
        #expect(screen.output.contains("to be deployed: example.com\n"))
        #expect(screen.output.contains("generation   000001, nothing is in use yet"))
        #expect(screen.output.contains("to be made: /home/lib/tls/nginx/example.com.conf\n"))
        #expect(screen.output.contains("+ssl_certificate "))
        #expect(disk.contents(below: "/") == before)
        try await run([])
        try await run(["--dry-run"])
        #expect(screen.output.hasSuffix("Nothing to deploy: what is stored is in use.\n"))
    }

    @Test func `a plan has one line of JSON for each certificate and each file`() async throws {
        try commit("example.com")
        try await run(["--dry-run"], isJSON: true)
        let lines = screen.output.split(separator: "\n")
        #expect(lines.map { $0.contains("\"action\":\"deploy\"") } == [true, false])
        #expect(lines.last?.contains("\"action\":\"create\"") == true)
        #expect(lines.last?.contains("+ssl_certificate ") == true)
    }

    @Test func `a plan shows what is pending already, and is for no timer`() {
        #expect(throws: UsageError.self) {
            let words = ["--dry-run", "--pending"]
            _ = try DeployCommand(ParsedArguments(words, options: DeployCommand.options))
        }
    }
}
