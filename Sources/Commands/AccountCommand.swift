import ACME
import Diagnostics
import PKI
import Workflows

/// `certctl account ACTION`.
struct AccountCommand: Command {
    /// What can be done with an account.
    private enum Action: String, CaseIterable {
        case show
        case register
        case update
        case rekey
        case deactivate

        var summary: String {
            switch self {
            case .show: "tells what there is; with --ca also what the CA says of it"
            case .register: "makes an account, or finds the one that a key has"
            case .update: "changes the e-mail address; none takes it away"
            case .rekey: "exchanges the account's key for a new one"
            case .deactivate: "ends the account for good, and forgets its key"
            }
        }
    }

    static let name = "account"
    static let summary = "shows, makes, changes or ends the account with a CA"
    static let group = CommandGroup.accounts
    static let actions = Action.allCases.map { action in
        CommandAction(name: action.rawValue, summary: action.summary)
    }
    static let options =
        AccountArguments.options + [
            CommandOption(
                name: "key",
                value: "FILE",
                summary: "register: use this account key, whose account may exist already",
                explanation: "An account of another client is taken over so, its limits with it."
            ),
            CommandOption(
                name: "key-type",
                value: "TYPE",
                summary: "rekey: \(KeyType.list)",
                completes: .choices(KeyType.allCases.map(\.rawValue))
            ),
        ]
    static let discussion = """
        Without --ca the account with the CA of certctl.conf is meant, else that with Let's \
        Encrypt. An account is registered by the first \
        issue, too; register makes one beforehand, recovers one by its key, or binds a new one to \
        what you are to the CA already.

        While a key is exchanged the new one is on disk before the CA is told of it; after a crash \
        the CA is asked which of the two it has.
        """
    static let examples = [
        CommandExample(
            line: "certctl account register --agree-tos --email ops@example.com",
            effect: "an account with Let's Encrypt"
        ),
        CommandExample(
            line: "certctl account register --ca zerossl --eab-kid KID --eab-hmac-file FILE",
            effect: "one with a CA that knows its customers"
        ),
        CommandExample(
            line: "certctl account rekey --ca letsencrypt",
            effect: "a new key for an account whose key may have been seen"
        ),
    ]
    static let makesHome = true
    static let isForOwner = true

    let ownersShare = OwnersShare.everything

    private let action: Action
    private let account: AccountArguments
    private let keyFile: String?
    private let keyType: KeyType
    /// `any` stands for no address at all.
    private let email: Wish<String>?

    init(_ arguments: ParsedArguments) throws {
        let name = try Self.action(arguments).name
        guard let action = Action(rawValue: name), arguments.operands.count == 1 else {
            throw UsageError.wrongOperands(usage: Self.usage)
        }
        self.action = action
        account = try AccountArguments(arguments)
        keyFile = arguments["key"]
        keyType =
            try arguments["key-type"].map { try ArgumentValues.choice($0, option: "key-type") }
            ?? .p256
        email = try arguments["email"].map {
            $0 == AccountArguments.noEmail ? .any : .only(try ArgumentValues.email($0))
        }
        try check(arguments)
    }

    /// Refuses options that the action has no use for: who gives one expects something of it.
    private func check(_ arguments: ParsedArguments) throws(UsageError) {
        let owners: [(String, [Action])] = [
            ("key", [.register]), ("key-type", [.rekey]), ("email", [.register, .update]),
            ("agree-tos", [.register]), ("eab-kid", [.register]),
        ]
        for (option, actions) in owners where arguments.has(option) && !actions.contains(action) {
            throw .uselessOption(
                option,
                action: "\(Self.name) \(action.rawValue)",
                useful: actions.map { "\(Self.name) \($0.rawValue)" }
            )
        }
        if action == .update, email == nil {
            throw .incomplete(
                "an update changes the e-mail address",
                fix: "give --email ADDRESS, or --email none to take it away"
            )
        }
    }

    func run(in context: CommandContext) async throws {
        guard action != .show || account.authority != nil else {
            return try showAll(context)
        }
        let manager = try ManageAccount(
            context.services,
            authority: account.authority,
            roots: try account.authorityRoots(context.services),
            request: try account.request(in: context)
        )
        let report = try await perform(manager, context)
        context.console.write(text(report, context))
    }

    private func perform(
        _ manager: ManageAccount,
        _ context: CommandContext
    ) async throws -> AccountReport {
        switch action {
        case .show: try await manager.show()
        case .register:
            try await manager.register(
                key: try keyFile.map {
                    try ArgumentValues.privateKey($0, option: "key", context.services)
                }
            )
        case .update: try await manager.update(email: email ?? .any)
        case .rekey: try await manager.rekey(to: keyType)
        case .deactivate: try await manager.deactivate()
        }
    }

    /// What is known here, of all accounts.
    private func showAll(_ context: CommandContext) throws {
        let reports = try ManageAccount.all(context.services)
        guard !reports.isEmpty || context.isJSON else {
            context.tell("There is no account yet: certctl account register\n")
            return
        }
        context.console.write(
            reports.map { text($0, context) }.joined(separator: context.isJSON ? "" : "\n")
        )
    }

    private func text(_ report: AccountReport, _ context: CommandContext) -> String {
        guard !context.isJSON else { return JSONLine.text(AccountLine(report, action.rawValue)) }
        var facts = [("CA", report.authority)]
        facts.append(("directory", report.directory ?? "unknown"))
        facts.append(("account", report.url ?? "unknown"))
        if let status = report.status {
            facts.append(("status", "\(status.harmless(limit: 40)) (says the CA)"))
        }
        if let contacts = report.contacts, !contacts.isEmpty {
            facts.append(("contact", contacts.joined(separator: " ").harmless(limit: 300)))
        } else if let email = report.email {
            facts.append(("e-mail", email))
        }
        if let terms = report.terms { facts.append(("agreed to", terms.harmless(limit: 300))) }
        if let kid = report.bindingKeyIdentifier { facts.append(("bound to", kid)) }
        facts += [("key", report.keyType.rawValue), ("thumbprint", report.thumbprint)]
        return facts.map { label, value in
            label + String(repeating: " ", count: 12 - label.count) + value + "\n"
        }.joined()
    }
}

/// An account as a line of JSON.
private struct AccountLine: Encodable {
    let action: String
    let authority: String
    let directory: String?
    let account: String?
    let status: String?
    let contacts: [String]?
    let email: String?
    let terms: String?
    let eabKid: String?
    let keyType: String
    let thumbprint: String

    init(_ report: AccountReport, _ action: String) {
        self.action = action
        authority = report.authority
        directory = report.directory
        account = report.url
        status = report.status
        contacts = report.contacts
        email = report.email
        terms = report.terms
        eabKid = report.bindingKeyIdentifier
        keyType = report.keyType.rawValue
        thumbprint = report.thumbprint
    }
}
