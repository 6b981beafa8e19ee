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
    /// More certificates than a CA gives out for a domain in a week.
    private static let mostCertificates = 50

    /// The names of each certificate, in the order given.
    private let certificates: [[Identifier]]
    private let account: AccountArguments
    private let lineage: LineageName?
    private let keyType: KeyType?
    private let reusesKey: Bool?
    private let signingRequest: String?
    private let profile: Wish<String>?
    private let preferredChain: Wish<String>?
    private let http01: HTTP01Options
    private let isForced: Bool
    private let isRehearsal: Bool
    private let deployHook: String?

    init(_ arguments: ParsedArguments) throws {
        signingRequest = arguments["csr"]
        certificates = try Self.certificates(arguments)
        account = try AccountArguments(arguments)
        lineage = try arguments["name"].map(ArgumentValues.lineageName)
        keyType = try arguments["key-type"].map {
            try ArgumentValues.choice($0, option: "key-type")
        }
        reusesKey = arguments.has("reuse-key") ? true : arguments.has("new-key") ? false : nil
        profile = try arguments["profile"].map { try ArgumentValues.wish($0, option: "profile") }
        preferredChain = try arguments["preferred-chain"].map {
            try ArgumentValues.wish($0, option: "preferred-chain")
        }
        http01 = try Self.http01(arguments)
        isForced = arguments.has("force")
        isRehearsal = arguments.has("dry-run")
        deployHook = arguments["deploy-hook"]
        try Self.refuseContradictions(arguments)
        guard lineage == nil || certificates.count <= 1 else {
            throw UsageError.contradiction("name", "each")
        }
    }

    /// The requests to the workflow, with their paths made absolute and their questions put to the
    /// terminal.
    func requests(in context: CommandContext) throws -> [IssueRequest] {
        let signed = try signingRequest.map { try Self.signingRequest($0, context.services) }
        let given = certificates
        let certificates = try signed.map { [try Self.names(of: $0, given)] } ?? given
        let account = try account.request(in: context)
        let roots = try self.account.authorityRoots(context.services)
        let hook = try deployHook.map { try ArgumentValues.realPath($0, option: "deploy-hook") }
        return certificates.map { names in
            let hosts = names.map(\.value)
            var request = IssueRequest(
                names: names,
                agreesToTerms: account.agreesToTerms,
                progress: { step in context.story.show(step, hosts) }
            )
            request.account = account
            request.lineage = lineage
            request.authority = self.account.authority
            request.authorityRoots = roots
            request.keyType = keyType
            request.reusesKey = reusesKey
            request.signingRequest = signed
            request.profile = profile
            request.preferredChain = preferredChain
            request.http01 = http01
            request.isForced = isForced
            request.isRehearsal = isRehearsal
            request.deployHook = hook
            return request
        }
    }

    /// One certificate for all operands; with `--each` one for each operand, which may hold several
    /// names with commas between them.
    private static func certificates(_ arguments: ParsedArguments) throws -> [[Identifier]] {
        let operands = arguments.operands
        guard !operands.isEmpty else {
            guard arguments.has("csr"), !arguments.has("each") else { throw UsageError.noNames }
            return []
        }
        guard arguments.has("each") else { return [try names(operands)] }
        guard operands.count <= mostCertificates else {
            throw UsageError.tooManyCertificates(operands.count, limit: mostCertificates)
        }
        return try operands.map { operand in
            let parts = operand.split(separator: ",", omittingEmptySubsequences: false)
            return try names(parts.map(String.init))
        }
    }

    /// Names in their normal form, each once, in the order given.
    private static func names(_ words: [String]) throws -> [Identifier] {
        var names: [Identifier] = []
        for word in words {
            let name = try ArgumentValues.identifier(word)
            if !names.contains(name) { names.append(name) }
        }
        return try bounded(names)
    }

    private static func bounded(_ names: [Identifier]) throws(UsageError) -> [Identifier] {
        guard names.count <= mostNames else {
            throw .tooManyNames(names.count, limit: mostNames)
        }
        return names
    }

    private static func signingRequest(
        _ path: String,
        _ services: Services
    ) throws -> CertificateSigningRequest {
        let bytes = try ArgumentValues.file(path, option: "csr", services)
        do {
            return try CertificateSigningRequest(reading: bytes)
        } catch {
            throw UsageError.unusableFile(option: "csr", path: path, reason: error.diagnosis.why)
        }
    }

    /// The names in a request that was made elsewhere; names on the command line have to be those.
    private static func names(
        of signed: CertificateSigningRequest,
        _ certificates: [[Identifier]]
    ) throws -> [Identifier] {
        let names = try bounded(
            signed.dnsNames.map { .dns(try DomainName($0)) } + signed.ipAddresses.map { .ip($0) }
        )
        guard let given = certificates.first else { return names }
        guard Set(given) == Set(names) else {
            throw UsageError.otherNamesInRequest(names.map(\.value))
        }
        return given
    }

    private static func http01(_ arguments: ParsedArguments) throws -> HTTP01Options {
        var options = HTTP01Options()
        options.mode = try arguments["http01"].map(ArgumentValues.mode)
        if let directory = arguments["webroot"] {
            guard options.mode == nil else { throw UsageError.contradiction("webroot", "http01") }
            options.mode = .webroot(try ArgumentValues.folder(directory, option: "webroot"))
        }
        options.port = try arguments["http01-port"].map { try ArgumentValues.port($0) }
        options.address = try arguments["http01-address"].map(ArgumentValues.address)
        return options
    }

    private static func refuseContradictions(_ arguments: ParsedArguments) throws(UsageError) {
        let pairs = [
            ("reuse-key", "new-key"), ("csr", "key-type"), ("csr", "reuse-key"), ("csr", "new-key"),
            ("csr", "each"),
        ]
        for (one, other) in pairs where arguments.has(one) && arguments.has(other) {
            throw .contradiction(one, other)
        }
    }
}
