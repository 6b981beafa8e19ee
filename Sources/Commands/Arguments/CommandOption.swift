/// One option of a command, as the parser, the help, the manual and the completions know it.
struct CommandOption: Equatable, Sendable {
    /// Without the two hyphens.
    let name: String
    /// What its value is called in the help; `nil` for a switch.
    let value: String?
    /// What it does, in one line without a full stop.
    let summary: String
    /// What else there is to know, in whole sentences, for the command's page and the manual.
    let explanation: String
    /// What the shell offers for its value.
    let completes: Completion
    /// Whether it may be given more than once.
    let repeats: Bool

    /// Describes an option; a value called `FILE`, `PATH` or `DIR` completes as that.
    init(
        name: String,
        value: String?,
        summary: String,
        explanation: String = "",
        completes: Completion? = nil,
        repeats: Bool = false
    ) {
        self.repeats = repeats
        self.name = name
        self.value = value
        self.summary = summary
        self.explanation = explanation
        self.completes = completes ?? value.map { Completion(placeholder: $0) } ?? .nothing
    }

    /// `--name`.
    var flag: String { "--\(name)" }

    /// `--name VALUE`.
    var usage: String { flag + (value.map { " \($0)" } ?? "") }

    /// Summary and explanation.
    var description: String { explanation.isEmpty ? summary : "\(summary). \(explanation)" }

    /// What only certctl itself gives, when it has the store's owner do his share: it is in no help and
    /// is never suggested.
    static let ownersShare = CommandOption(
        name: "owners-share",
        value: nil,
        summary: "do the share of the store's owner, and leave the answer to root's certctl"
    )

    /// With ``ownersShare``: no further than the accounts with the CAs.
    static let accountsAlone = CommandOption(
        name: "owners-accounts",
        value: nil,
        summary: "open the accounts, and order nothing"
    )

    /// With ``ownersShare``: a certificate that is not to be ordered.
    static let leftOut = CommandOption(
        name: "owners-but",
        value: "NAME",
        summary: "order all but this certificate",
        repeats: true
    )

    /// What only certctl itself gives.
    static let owners = [ownersShare, accountsAlone, leftOut]

    /// The options that every command takes.
    static let common = [
        CommandOption(
            name: "home",
            value: "DIR",
            summary: "keep all state, settings and sockets below DIR; no root needed",
            explanation: "They are in DIR/lib, DIR/etc and DIR/run."
        ),
        CommandOption(name: "json", value: nil, summary: "answer in JSON, one object a line"),
        CommandOption(name: "quiet", value: nil, summary: "only the answer, warnings and errors"),
        CommandOption(name: "verbose", value: nil, summary: "tell every step and every request"),
        CommandOption(name: "help", value: nil, summary: "explain the command"),
    ]
}
