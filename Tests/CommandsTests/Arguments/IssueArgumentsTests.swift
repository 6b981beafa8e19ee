import ACME
import CertificateStore
import HTTP
import PKI
import Platform
import Settings
import Testing
import Workflows

@testable import Commands

/// Group F of the reliability catalogue: what is wrong is refused before anything is touched.
@Suite struct IssueArgumentsTests {
    private func issue(
        _ words: [String],
        in context: CommandContext = .test()
    ) throws -> IssueRequest {
        let options = IssueCommand.options + CommandOption.common
        let requests = try IssueArguments(ParsedArguments(words, options: options))
            .requests(in: context)
        return try #require(requests.first)
    }

    /// Asks for `a.example` with one option besides.
    private func issue(_ option: String, _ value: String) throws -> IssueRequest {
        try issue(["a.example", "--\(option)", value])
    }

    private func refusal(_ option: String, _ value: String) -> UsageError? {
        do {
            _ = try issue(["a.example", "--\(option)=\(value)"])
            return nil
        } catch {
            return error as? UsageError
        }
    }

    private func isRefused(_ option: String, _ value: String) -> Bool {
        switch refusal(option, value) {
        case .unusableValue(option, value, _), .unusableForm(option, value, _): true
        default: false
        }
    }

    // MARK: Names

    @Test func `names are asked for in the order given`() throws {
        let names = try issue(["b.example", "a.example"]).names
        #expect(names.map(\.description) == ["b.example", "a.example"])
    }

    @Test func `one name in several forms is asked for once`() throws {
        let words = ["a.example", "A.Example", "a.example.", "b.example", "A.EXAMPLE."]
        #expect(try issue(words).names.map(\.description) == ["a.example", "b.example"])
    }

    @Test func `without a name there is nothing to ask for`() {
        #expect(throws: UsageError.noNames) { try issue(["--force"]) }
    }

    @Test func `a certificate is for at most 100 names`() throws {
        let names = (1...101).map { "host-\($0).example" }
        #expect(try issue(Array(names.prefix(100))).names.count == 100)
        #expect(throws: UsageError.tooManyNames(101, limit: 100)) { try issue(names) }
    }

    @Test func `a name that is there already does not count`() throws {
        let names = (1...100).map { "host-\($0).example" }
        #expect(try issue(names + ["HOST-1.example."]).names.count == 100)
    }

    @Test(arguments: [
        "*.example", "192.0.2.256", "../x", "a;b.example", "", "a b", "a\u{202E}b.example",
    ])
    func `a name that is none is refused with all the others`(name: String) {
        #expect(throws: DomainNameError.self) { try issue(["a.example", name]) }
    }

    @Test func `a name in another script is asked for as DNS has it`() throws {
        let names = ["bücher.example", "BÜCHER.example", "例え。テスト"]
        #expect(
            try issue(names).names.map(\.value) == [
                "xn--bcher-kva.example", "xn--r8jz45g.xn--zckzah",
            ]
        )
    }

    @Test func `an address is a name like others`() throws {
        #expect(try issue(["192.0.2.1", "2001:db8::1"]).names.ipAddresses.count == 2)
    }

    // MARK: Options

    @Test func `what is not asked for is left to the lineage and the defaults`() throws {
        let request = try issue(["a.example"])
        #expect(request.authority == nil)
        #expect(request.keyType == nil)
        #expect(request.http01 == HTTP01Options())
        #expect(request.lineage == nil)
        #expect(request.account.email == nil)
        #expect(request.authorityRoots == nil)
        #expect(request.deployHook == nil)
        #expect(!request.isForced)
    }

    @Test(
        arguments: [
            ("letsencrypt", "https://acme-v02.api.letsencrypt.org/directory"),
            ("letsencrypt-staging", "https://acme-staging-v02.api.letsencrypt.org/directory"),
            ("https://ca.test:14000/dir", "https://ca.test:14000/dir"),
        ]
    )
    func `a CA is a name or the URL of a directory`(text: String, url: String) throws {
        #expect(try issue("ca", text).authority?.directory == WebURL(url))
    }

    @Test(
        arguments: [
            "http://ca.test/dir", "ca.test", "", "https://user@ca.test/", "file:///etc/passwd",
            "https://ca.test/\n",
        ]
    )
    func `a CA that is neither is refused`(text: String) {
        #expect(isRefused("ca", text))
    }

    @Test func `a CA that is misspelt comes with the one that was meant`() throws {
        guard case .unusableValue(_, _, let allowed) = refusal("ca", "letsencrypt-stagin") else {
            Issue.record("it was not refused")
            return
        }
        #expect(allowed.hasSuffix("did you mean letsencrypt-staging?"))
    }

    @Test(arguments: ["ops@example.com", "a.b+c@sub.example.com", "x@y"])
    func `an address is taken as it is`(text: String) throws {
        #expect(try issue("email", text).account.email == text)
    }

    @Test(
        arguments: [
            "ops", "@example.com", "ops@", "a@b@c", "", "ops@example.com\nBcc: x@evil.test",
            "\"ops\"@example.com", "'ops'@example.com", "Ops <ops@example.com>", "a@b,c@d",
            "a@b?cc=c@d",
            "ops @example.com", "öps@example.com", "ops@example.com;id", "ops@[192.0.2.1]",
            String(repeating: "a", count: 250) + "@b.example",
        ]
    )
    func `an address that could be more than one is refused`(text: String) {
        #expect(isRefused("email", text))
    }

    @Test(arguments: KeyType.allCases)
    func `every kind of key can be asked for`(type: KeyType) throws {
        #expect(try issue("key-type", type.rawValue).keyType == type)
    }

    @Test(arguments: ["", "P256", "rsa", "rsa1024", "ed25519", "p256 "])
    func `another kind of key is refused`(text: String) {
        let allowed = "p256, p384, rsa2048, rsa3072, rsa4096"
        let error = UsageError.unusableValue(option: "key-type", value: text, allowed: allowed)
        #expect(refusal("key-type", text) == error)
    }

    @Test(arguments: [("auto", HTTP01Mode.auto), ("standalone", .standalone)])
    func `a way to answer http-01 is known by name`(text: String, mode: HTTP01Mode) throws {
        #expect(try issue("http01", text).http01.mode == mode)
    }

    @Test(arguments: ["", "webroot:", "AUTO"])
    func `another way is refused`(text: String) {
        #expect(isRefused("http01", text))
    }

    @Test(arguments: [("1", 1), ("80", 80), ("65535", 65535)] as [(String, UInt16)])
    func `a port is from 1 to 65535`(text: String, port: UInt16) throws {
        #expect(try issue("http01-port", text).http01.port == port)
    }

    @Test(arguments: ["0", "65536", "-1", "+80", "", "http", "80 ", "0x50", "99999999999999999999"])
    func `another port is refused`(text: String) {
        #expect(isRefused("http01-port", text))
    }

    @Test(arguments: ["192.0.2.1", "2001:db8::1"])
    func `an address to listen on is passed on`(text: String) throws {
        #expect(try issue("http01-address", text).http01.address == .only(text))
    }

    @Test func `any takes a remembered address back`() throws {
        #expect(try issue("http01-address", "any").http01.address == .any)
    }

    @Test(arguments: ["", "typo", "192.0.2.256", "localhost", "[::1]"])
    func `what is no address in numbers is refused`(text: String) {
        #expect(isRefused("http01-address", text))
    }

    @Test(arguments: ["web", "Web", "WEB"])
    func `a certificate's name is in lower case`(text: String) throws {
        #expect(try issue("name", text).lineage == LineageName("web"))
    }

    @Test(arguments: ["", "../x", "a/b", ".", "..", "-x", "a b", "*", "a\0", "\u{202E}a"])
    func `a certificate's name that cannot stand in a path is refused`(text: String) {
        #expect(throws: WorkflowError.unusableLineageName(text)) {
            try issue(["a.example", "--name=\(text)"])
        }
    }

    @Test func `force is a switch`() throws {
        #expect(try issue(["a.example", "--force"]).isForced)
    }

    // MARK: Files

    @Test(arguments: ["ca-roots", "deploy-hook"])
    func `a file that is not there is refused`(option: String) {
        let path = "/nowhere/at/all"
        let reason = "there is no such file"
        let error = UsageError.unusableFile(option: option, path: path, reason: reason)
        #expect(refusal(option, path) == error)
    }

    @Test func `roots without a certificate are refused`() {
        let context = CommandContext.test(fileSystem: POSIXFileSystem())
        let reason = "there is no certificate in it"
        let error = UsageError.unusableFile(option: "ca-roots", path: #filePath, reason: reason)
        #expect(throws: error) { try issue(["a.example", "--ca-roots", #filePath], in: context) }
    }

    @Test func `a hook's path is made absolute`() throws {
        let hook = try issue("deploy-hook", "/usr/../usr/./bin/env").deployHook
        #expect(hook == RealPath.of("/usr/bin/env"))
        #expect(hook?.hasPrefix("/") == true)
    }

    // MARK: Terms

    private func agrees(_ words: [String], on screen: Screen) async throws -> Bool {
        let request = try issue(["a.example"] + words, in: .test(on: screen))
        return await request.account.agreesToTerms("https://ca.test/terms\u{1B}[2J")
    }

    @Test func `who has agreed by an option is not asked`() async throws {
        let screen = Screen(isInteractive: true, answer: "n")
        #expect(try await agrees(["--agree-tos"], on: screen))
        #expect(screen.errors.isEmpty)
    }

    @Test func `without a person nobody is asked, and nothing agreed to`() async throws {
        let screen = Screen(isInteractive: false, answer: "y")
        #expect(try await !agrees([], on: screen))
        #expect(screen.errors.isEmpty)
    }

    @Test(arguments: [("y", true), ("YES", true), ("n", false), ("", false), ("yess", false)])
    func `a person is asked, and has to say yes`(answer: String, agreed: Bool) async throws {
        let screen = Screen(isInteractive: true, answer: answer)
        #expect(try await agrees([], on: screen) == agreed)
        #expect(
            screen.errors == "Do you agree to the terms at https://ca.test/terms·[2J? [y/N] "
        )
    }

    @Test func `no answer is no`() async throws {
        #expect(try await !agrees([], on: Screen(isInteractive: true, answer: nil)))
    }
}
