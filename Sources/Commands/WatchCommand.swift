import CertificateStore
import Diagnostics
import FoundationEssentials
import Platform
import Workflows

/// `certctl watch [NAME…]`.
struct WatchCommand: Command {
    static let name = "watch"
    static let summary = "looks at what is really served, and whether renewals go on"
    static let operands = "[NAME…]"
    static let operandCompletion = Completion.lineages
    static let isForOwner = true
    static let options = [
        CommandOption(
            name: "connect",
            value: "HOST[:PORT]",
            summary: "look there, instead of at the addresses of the names",
            explanation:
                "A look by hand, as at a server behind a balancer or a CDN: no alarm is raised, and "
                + "nothing is kept. For every run: watch HOST:443; in a block of certctl.conf. May be "
                + "given more than once; the port is 443 where none is given.",
            repeats: true
        ),
        CommandOption(
            name: "textfile",
            value: "PATH",
            summary: "write the metrics there too, for node_exporter",
            explanation: "It reads what ends in .prom in its --collector.textfile.directory."
        ),
    ]
    static let discussion = """
        For every name of every certificate each of its addresses is asked, by a TLS handshake at port \
        443 or where its block in certctl.conf has it looked for (watch), for the certificate that it \
        presents; a wildcard by a made-up label. That is compared with what is stored: renewed and not \
        reloaded, another's, expired or about to, for another name, without those that vouch for it, or \
        nobody there. It also tells of renewals that fail or do not run at all, of deploys that are \
        pending for more than an hour, of a certctl.conf that cannot be used, and of a clock that jumps.

        Less than a quarter of the lifetime left is a warning; less than an eighth, or than two days of \
        months, is critical. From a warning up it exits with 10, and the hooks in post.d are run with the \
        event alert: once for what is new or worse, and again after a day. watch/status.json and \
        watch/certctl.prom keep what was seen.
        """
    static let examples = [
        CommandExample(
            line: "certctl watch --textfile /var/lib/prometheus/node-exporter/certctl.prom",
            effect: "what a timer runs, with metrics where node_exporter finds them"
        ),
        CommandExample(
            line: "certctl watch example.com --connect 127.0.0.1 --connect [::1]",
            effect: "what the server on this machine has for example.com"
        ),
    ]

    /// It keeps what it sees in a directory of the owner's, and needs nothing of root's.
    let ownersShare = OwnersShare.everything

    private let request: WatchCertificates.Request

    init(_ arguments: ParsedArguments) throws {
        var request = WatchCertificates.Request()
        request.names = arguments.operands.map(ArgumentValues.existing)
        request.targets = try arguments.all("connect").map { text throws(UsageError) in
            try ArgumentValues.target(text, option: "connect")
        }
        request.textfile = arguments["textfile"]
        self.request = request
    }

    func run(in context: CommandContext) async throws {
        try await run(in: context, probe: TLSProbe(), resolver: SystemResolver())
    }

    /// The same with other eyes than those of the machine.
    func run(
        in context: CommandContext,
        probe: any TLSProbing,
        resolver: any Resolver
    ) async throws {
        var request = request
        request.textfile = try request.textfile.map(Self.textfile)
        let watch = WatchCertificates(context.services, probe: probe, resolver: resolver)
        let report = try await watch.run(request)
        let observations = report.observations
        write(observations, context)
        let findings = observations.filter(\.isFinding)
        if context.console.isJournal {
            for finding in findings { Self.tell(finding, context.story.log) }
        }
        if let error = report.unkept {
            let diagnosis = Run.diagnosis(of: error)
            context.story.log.warning(
                "what was seen could not be kept, and is new to the next run",
                ["reason": "\(diagnosis.what): \(diagnosis.why)"]
            )
        }
        if let failure = WatchFailure(findings) { throw failure }
        if let error = report.unkept { throw error }
    }

    private static func textfile(_ path: String) throws(UsageError) -> String {
        guard let real = RealPath.ofNewFile(path) else {
            throw .unusableFile(
                option: "textfile",
                path: path,
                reason: "it is no file, or the folder that it is in is not there"
            )
        }
        return real
    }

    private static func tell(_ finding: Observation, _ log: Log) {
        let fields = ["about": finding.subject, "state": finding.state.rawValue]
            .merging(finding.lineage.map { ["lineage": $0] } ?? [:]) { own, _ in own }
            .merging(["seen": finding.message]) { own, _ in own }
        if finding.level == .critical {
            log.error("someone has to look now", fields)
        } else {
            log.warning("someone should look", fields)
        }
    }

    // MARK: The answer

    private func write(_ observations: [Observation], _ context: CommandContext) {
        let console = context.console
        if context.isJSON {
            for observation in observations { console.write(JSONLine.text(observation)) }
        } else if observations.isEmpty {
            context.tell("There is no certificate yet: certctl issue example.com\n")
        } else {
            let isTable = console.isAnswerRead
            if isTable {
                context.tell(ObservationText.table(observations))
            } else {
                context.tell(ObservationText.lines(observations))
            }
        }
    }
}
