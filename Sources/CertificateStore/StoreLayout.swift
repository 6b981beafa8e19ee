/// Where everything is: three roots, and the names below them.
package struct StoreLayout: Equatable, Sendable {
    /// Settings and hooks.
    package let configuration: String
    /// Accounts, lineages and certificates.
    package let state: String
    /// Sockets.
    package let runtime: String
    /// The directory of all three, where they have one of their own.
    package let home: String?

    /// The roots of an installed certctl.
    package static let system = StoreLayout(
        configuration: "/etc/certctl",
        state: "/var/lib/certctl",
        runtime: "/run/certctl",
        home: nil
    )

    private init(configuration: String, state: String, runtime: String, home: String?) {
        self.home = home
        self.configuration = configuration
        self.state = state
        self.runtime = runtime
    }

    /// The roots below one directory, an absolute path without symbolic links.
    package init(home: String) {
        self.init(
            configuration: "\(home)/etc",
            state: "\(home)/lib",
            runtime: "\(home)/run",
            home: home
        )
    }

    var accounts: String { "\(state)/accounts" }
    var lineages: String { "\(state)/lineages" }
    var deploy: String { "\(state)/deploy" }
    /// What is pending and what is done about bringing certificates into use.
    var deployJournal: String { "\(deploy)/journal" }
    /// What happened to lineages.
    var events: String { "\(state)/events.log" }
    /// What happened when they were brought into use, as whoever does that has noted it.
    var deployEvents: String { "\(deploy)/events.log" }
    /// What `watch` keeps for whoever wants to read it.
    package var watch: String { "\(state)/watch" }
    var watchLock: String { "\(watch)/lock" }
    /// What it has found last.
    package var watchStatus: String { "\(watch)/status.json" }
    /// The same as numbers, for node_exporter.
    package var watchMetrics: String { "\(watch)/certctl.prom" }
    /// What it has raised the alarm about.
    var watchEvents: String { "\(watch)/events.log" }
    /// When to look at which lineage again.
    var schedule: String { "\(state)/schedule" }
    /// The next one, on its way; in the state directory itself, which has to hold both.
    var temporarySchedule: String { "\(state)/schedule.new" }
    /// What the renewer remembers besides.
    var renewal: String { "\(state)/renewal" }
    var renewalLock: String { "\(renewal)/lock" }
    var advice: String { "\(renewal)/advice" }
    var clockRecord: String { "\(renewal)/clock.json" }
    var limits: String { "\(renewal)/limits.json" }
    var limitsLock: String { "\(renewal)/limits.lock" }
    var renewalSecret: String { "\(renewal)/secret" }
    /// The one directory that a container needs to see.
    package var tls: String { "\(state)/tls" }
    /// Where files are made before they are moved into place; on the same file system as those.
    var temporary: String { "\(tls)/.tmp" }
    var generations: String { "\(tls)/gen" }
    /// A file that is made and moved to see whether any can be; no lineage's name has a tilde in it.
    var probe: String { "\(temporary)/~probe" }
    var movedProbe: String { "\(generations)/~probe" }
    func movedProbe(_ name: LineageName) -> String { "\(generations)/\(name)~probe" }
    var live: String { "\(tls)/live" }
    /// Where the files are that nginx includes, one for each lineage.
    package var nginx: String { "\(tls)/nginx" }
    /// Copies for groups of users and for root, each reader's in a directory of its own.
    package var groups: String { "\(tls)/group" }
    /// What a proxy passes challenges to; alone in a directory, since containers mount directories.
    package var challengeSocket: String { "\(challengeDirectory)/http01.sock" }
    package var challengeDirectory: String { "\(runtime)/challenge" }
    /// What stood in nginx's files while they are being changed.
    package var transaction: String { "\(deploy)/transaction" }
    /// There while nginx has files of certctl's.
    package var servedSites: String { "\(deploy)/sites" }
    /// How edits of users' own files are taken back, one record for each lineage.
    package var edits: String { "\(deploy)/edits" }
    /// Where issuers hand answers in to the responder's service.
    package var controlSocket: String { "\(runtime)/control.sock" }
    /// Run once before a run brings certificates into use.
    package var preHooks: String { "\(configuration)/hooks/pre.d" }
    /// Run for each certificate that is brought into use.
    package var deployHooks: String { "\(configuration)/hooks/deploy.d" }
    /// Run once afterwards.
    package var postHooks: String { "\(configuration)/hooks/post.d" }

    func account(_ authority: String) -> String { "\(accounts)/\(authority)" }
    func lineage(_ name: LineageName) -> String { "\(lineages)/\(name)" }
    func settings(_ name: LineageName) -> String { "\(lineage(name))/settings.json" }
    func journal(_ name: LineageName) -> String { "\(lineage(name))/journal" }
    func renewalState(_ name: LineageName) -> String { "\(lineage(name))/renewal.json" }
    func lock(_ name: LineageName) -> String { "\(lineage(name))/lock" }
    /// Where all generations of a lineage are.
    package func generations(_ name: LineageName) -> String { "\(generations)/\(name)" }
    /// Where the next generation is put together; one at a time, under the lineage's lock.
    func staging(_ name: LineageName) -> String { "\(temporary)/\(name)" }
    /// A short-lived file or directory of a lineage; no lineage's name has a tilde in it.
    func temporary(_ name: LineageName, _ purpose: String) -> String {
        "\(temporary)/\(name)~\(purpose)"
    }
    /// The link to the current generation, for readers other than nginx.
    package func live(_ name: LineageName) -> String { "\(live)/\(name)" }
    /// The files of whatever generation readers are led to.
    package func liveFiles(_ name: LineageName) -> GenerationFiles {
        GenerationFiles(directory: live(name))
    }
    /// That bringing it into use has failed, beside the link; hidden from who reads certificates there.
    func failure(_ name: LineageName) -> String { "\(live)/.\(name)~failed" }
    /// The file that nginx includes.
    package func include(_ name: LineageName) -> String { "\(nginx)/\(name).conf" }

    /// Where the copies for a reader are.
    func copies(for reader: CopyReader) -> String { "\(groups)/\(reader.directory)" }
    /// Those of all generations of a lineage.
    func copies(_ name: LineageName, for reader: CopyReader) -> String {
        "\(copies(for: reader))/\(name)"
    }
    /// That of one generation.
    func copy(
        _ number: GenerationNumber,
        of name: LineageName,
        for reader: CopyReader
    ) -> GenerationFiles {
        GenerationFiles(directory: "\(copies(name, for: reader))/\(number)")
    }

    /// The files of one generation.
    package func generation(_ number: GenerationNumber, of name: LineageName) -> GenerationFiles {
        GenerationFiles(directory: "\(generations(name))/\(number)")
    }
}
