import ACME
import CertificateStore
import Diagnostics
import PKI
import Platform
import Settings
import Workflows

/// The arguments of `certctl issue`, each checked before anything is touched.
struct IssueArguments: Sendable {
    /// What CAs allow in one certificate.
    private static let mostNames = 100

    private let names: [DomainName]
    private let lineage: LineageName?
    private let authority: CertificateAuthority?
    private let roots: String?
    private let email: String?
    private let keyType: KeyType?
    private let http01: HTTP01Options
    private let isForced: Bool
    private let hasAgreed: Bool
    private let deployHook: String?

    init(_ arguments: ParsedArguments) throws {
        names = try Self.names(arguments.operands)
        lineage = try arguments["name"].map(Self.lineageName)
        authority = try arguments["ca"].map(Self.authority)
        roots = arguments["ca-roots"]
        email = try arguments["email"].map(Self.email)
        keyType = try arguments["key-type"].map { try Self.choice($0, option: "key-type") }
        var http01 = HTTP01Options()
        http01.mode = try arguments["http01"].map(Self.mode)
        http01.port = try arguments["http01-port"].map(Self.port)
        http01.address = try arguments["http01-address"].map(Self.address)
        self.http01 = http01
        isForced = arguments.has("force")
        hasAgreed = arguments.has("agree-tos")
        deployHook = arguments["deploy-hook"]
    }

    /// The request to the workflow, with its paths made absolute and its questions put to the
    /// terminal.
    func request(in context: CommandContext) throws -> IssueRequest {
        let hasAgreed = hasAgreed
        let hosts = names.map(\.description)
        var request = IssueRequest(
            names: names,
            agreesToTerms: { url in
                guard !hasAgreed, context.console.isInteractive else { return hasAgreed }
                context.story.end()
                let address = url.harmless(limit: 300)
                return context.console.confirms("Do you agree to the terms at \(address)?")
            },
            progress: { step in context.story.show(step, hosts) }
        )
        request.lineage = lineage
        request.authority = authority
        request.authorityRoots = try roots.map { try Self.trust($0, context.services) }
        request.email = email
        request.keyType = keyType
        request.http01 = http01
        request.isForced = isForced
        request.deployHook = try deployHook.map { try Self.realPath($0, option: "deploy-hook") }
        return request
    }

    /// Names in their normal form, each once, in the order given.
    private static func names(_ operands: [String]) throws -> [DomainName] {
        guard !operands.isEmpty else { throw UsageError.noNames }
        var names: [DomainName] = []
        for operand in operands {
            let name = try DomainName(operand)
            if !names.contains(name) { names.append(name) }
        }
        guard names.count <= mostNames else {
            throw UsageError.tooManyNames(names.count, limit: mostNames)
        }
        return names
    }

    private static func lineageName(_ text: String) throws -> LineageName {
        guard let name = LineageName(text.lowercased()) else {
            throw WorkflowError.unusableLineageName(text)
        }
        return name
    }

    private static func authority(_ text: String) throws(UsageError) -> CertificateAuthority {
        if let authority = CertificateAuthority(text) { return authority }
        let suggestion = Suggestion.closest(to: text, among: CertificateAuthority.names)
        let names = CertificateAuthority.names.joined(separator: ", ")
        throw .unusableValue(
            option: "ca",
            value: text,
            allowed: "\(names) or the https URL of a directory"
                + (suggestion.map { "; did you mean \($0)?" } ?? "")
        )
    }

    /// Stricter than mail is: what could end a header or join two addresses is no part of one.
    private static func email(_ text: String) throws(UsageError) -> String {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let isPlain =
            text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            && !text.contains { "\"'<>(),;:\\?[]".contains($0) }
        guard isPlain, parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), text.count <= 254 else {
            throw .unusableValue(
                option: "email",
                value: text,
                allowed: "one address: ops@example.com"
            )
        }
        return text
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ text: String,
        option: String
    ) throws(UsageError) -> Choice {
        guard let choice = Choice(rawValue: text) else {
            let allowed = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw .unusableValue(option: option, value: text, allowed: allowed)
        }
        return choice
    }

    private static func mode(_ text: String) throws(UsageError) -> HTTP01Mode {
        guard let mode = HTTP01Mode(text) else {
            throw .unusableValue(
                option: "http01",
                value: text,
                allowed: HTTP01Mode.forms.joined(separator: ", ")
            )
        }
        return mode
    }

    private static func port(_ text: String) throws(UsageError) -> UInt16 {
        guard text.utf8.first != UInt8(ascii: "+"), let port = UInt16(text), port > 0 else {
            throw .unusableValue(option: "http01-port", value: text, allowed: "1 to 65535")
        }
        return port
    }

    private static func address(_ text: String) throws(UsageError) -> ListenAddress {
        if text == "any" { return .any }
        guard SocketAddress(text, port: HTTP01Settings.standardPort) != nil else {
            throw .unusableValue(
                option: "http01-address",
                value: text,
                allowed: "any, or one of this machine's addresses in numbers"
            )
        }
        return .only(text)
    }

    private static func trust(_ text: String, _ services: Services) throws -> AuthorityRoots {
        text == "system" ? .system : .file(try rootsFile(text, services))
    }

    private static func rootsFile(_ path: String, _ services: Services) throws -> String {
        let real = try realPath(path, option: "ca-roots")
        let bytes: [UInt8]
        do {
            bytes = try services.fileSystem.readFile(real, limit: 16 * 1024 * 1024)
        } catch {
            throw UsageError.unusableFile(option: "ca-roots", path: path, reason: error.text)
        }
        // Text that is no PEM has no certificate in it either.
        let blocks = (try? PEM.blocks(in: bytes)) ?? []
        guard blocks.contains(where: { $0.label == "CERTIFICATE" }) else {
            throw UsageError.unusableFile(
                option: "ca-roots",
                path: path,
                reason: "there is no certificate in it"
            )
        }
        return real
    }

    private static func realPath(_ path: String, option: String) throws(UsageError) -> String {
        guard let real = RealPath.of(path) else {
            throw .unusableFile(option: option, path: path, reason: "there is no such file")
        }
        return real
    }
}
