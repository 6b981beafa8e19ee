import ACME
import Diagnostics
import PKI
import Settings
import Workflows

/// The options that say which CA is meant, and as whom it is spoken to.
struct AccountArguments: Sendable {
    /// The options of every command that may register an account.
    static let options =
        authorityOptions + [
            CommandOption(
                name: "agree-tos",
                value: nil,
                summary: "agree to the CA's terms of service"
            ),
            CommandOption(
                name: "email",
                value: "ADDRESS",
                summary: "where the CA may write to you"
            ),
            CommandOption(
                name: "eab-kid",
                value: "KID",
                summary: "your name with a CA that knows its customers",
                explanation: "This is external account binding; the CA hands out name and HMAC key."
            ),
            CommandOption(
                name: "eab-hmac-file",
                value: "FILE",
                summary: "the file with the HMAC key that belongs to it"
            ),
            CommandOption(
                name: "eab-hmac-alg",
                value: "ALG",
                summary: HMAC.allCases.map(\.rawValue).joined(separator: ", ")
            ),
        ]

    /// The options of every command that speaks to a CA.
    static let authorityOptions = [
        CommandOption(
            name: "ca",
            value: "NAME|URL",
            summary: "a CA by its name, or the URL of its directory",
            explanation: "Names: \(CertificateAuthority.names.joined(separator: ", ")). "
                + "The default is \(CertificateAuthority.standard.folder).",
            completes: .choices(CertificateAuthority.names)
        ),
        CommandOption(
            name: "ca-roots",
            value: "FILE",
            summary: "trust for a CA of your own (PEM); or: system"
        ),
    ]

    /// What stands for no address in `--email`.
    static let noEmail = "none"

    let authority: CertificateAuthority?
    private let roots: String?
    private let email: String?
    /// Whether nobody has to be asked for his agreement.
    let hasAgreed: Bool
    private let keyIdentifier: String?
    private let keyFile: String?
    private let algorithm: HMAC

    init(_ arguments: ParsedArguments) throws {
        authority = try arguments["ca"].map(ArgumentValues.authority)
        roots = arguments["ca-roots"]
        // `none` is for whoever changes an account: there is no such address.
        let address = arguments["email"].flatMap { $0 == Self.noEmail ? nil : $0 }
        email = try address.map(ArgumentValues.email)
        hasAgreed = arguments.has("agree-tos")
        keyIdentifier = arguments["eab-kid"]
        keyFile = arguments["eab-hmac-file"]
        let name = arguments["eab-hmac-alg"]
        algorithm =
            try name.map { try ArgumentValues.choice($0, option: "eab-hmac-alg") } ?? .sha256
        guard (keyIdentifier == nil) == (keyFile == nil), name == nil || keyFile != nil else {
            throw UsageError.incomplete(
                "external account binding takes a key identifier and an HMAC key",
                fix: "give both: --eab-kid KID --eab-hmac-file FILE"
            )
        }
    }

    /// Whom to trust, with the file's path made absolute.
    func authorityRoots(_ services: Services) throws -> AuthorityRoots? {
        try roots.map { try ArgumentValues.roots($0, services) }
    }

    /// What is said of the account, with the questions put to the terminal.
    func request(in context: CommandContext) throws -> AccountRequest {
        let hasAgreed = hasAgreed
        var request = AccountRequest { url in
            guard !hasAgreed, context.console.isInteractive else { return hasAgreed }
            context.story.end()
            let address = url.harmless(limit: 300)
            return context.console.confirms("Do you agree to the terms at \(address)?")
        }
        request.email = email
        request.binding = try binding()
        return request
    }

    private func binding() throws -> AuthoritySettings.ExternalAccount? {
        guard let keyIdentifier, let keyFile else { return nil }
        return AuthoritySettings.ExternalAccount(
            keyIdentifier: keyIdentifier,
            hmacFile: try ArgumentValues.realPath(keyFile, option: "eab-hmac-file"),
            algorithm: algorithm
        )
    }
}
