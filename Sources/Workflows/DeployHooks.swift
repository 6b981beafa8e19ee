import ACME
import CertificateStore
import Deployment
import Diagnostics
import Platform
import Settings

/// The hooks of certctl.conf and its directories: which there are, and what they are told.
struct DeployHooks: Sendable {
    /// A program to run, with arguments of its own or those of the contract.
    struct Hook: Sendable {
        let path: String
        var arguments: [String]?
        /// As it stands in certctl.conf, where that leads to ``path`` by links.
        var written: String?
    }

    private let services: Services
    private let settings: Settings

    init(_ services: Services, _ settings: Settings) {
        self.services = services
        self.settings = settings
    }

    private var runner: HookRunner { services.hookRunner }

    /// Those of `pre.d`.
    func before() throws -> [Hook] { try hooks(in: services.layout.preHooks) }

    /// Those of `post.d`.
    func after() throws -> [Hook] { try hooks(in: services.layout.postHooks) }

    /// Those of `deploy.d`, those of the lineage's block in certctl.conf, and `extra`.
    func each(_ name: LineageName, _ names: [Identifier], extra: String?) throws -> [Hook] {
        let block = settings.block(of: name) ?? names.lazy.compactMap(settings.block(naming:)).first
        let own = (block?.deployHooks ?? []).map { hook in
            // As with the option: what a link leads to is run, and has to be trusted.
            let real = RealPath.of(hook.executable) ?? hook.executable
            let written = real == hook.executable ? nil : hook.executable
            return Hook(path: real, arguments: hook.arguments, written: written)
        }
        return try hooks(in: services.layout.deployHooks) + own
            + (extra.map { [Hook(path: $0)] } ?? [])
    }

    private func hooks(in directory: String) throws -> [Hook] {
        try runner.hooks(in: directory).map { Hook(path: $0) }
    }

    /// Tells of what is among the hooks and not run; once a run.
    func tellIdle() {
        let layout = services.layout
        for directory in [layout.preHooks, layout.deployHooks, layout.postHooks] {
            runner.tellIdle(in: directory)
        }
    }

    /// Refuses hooks that could not be run later, while nothing has been asked of the CA.
    func check(_ name: LineageName, _ names: [Identifier], extra: String?) throws {
        for hook in try before() + each(name, names, extra: extra) + after() {
            try checkWay(to: hook)
            try runner.check(hook.path)
        }
    }

    /// Returns `hook`, unless it is gone: nobody can run it, and nothing else should wait for it.
    func stillRunnable(_ hook: String) -> String? {
        do {
            try runner.check(hook)
            return hook
        } catch {
            services.log.warning(
                "a hook that failed before cannot be run any more",
                ["path": hook, "reason": error.why]
            )
            return nil
        }
    }

    /// Runs hooks one after the other.
    ///
    /// Throws ``HookError`` of the first one that fails.
    func run(_ hooks: [Hook], _ event: HookEvent) async throws {
        for hook in hooks {
            try checkWay(to: hook)
            try await runner.run(hook.path, arguments: hook.arguments, event)
        }
    }

    private func checkWay(to hook: Hook) throws {
        if let written = hook.written { try runner.checkWay(to: written) }
    }

    /// What hooks are told of a certificate.
    func event(
        _ stored: StoredCertificate,
        _ name: LineageName,
        _ names: [Identifier]
    ) throws -> HookEvent {
        let hasKey = stored.manifest.hasKey
        let files = try services.store.readable(stored, of: name)
        return .deploy(
            DeployedCertificate(
                lineage: "\(name)",
                names: names.map(\.value),
                privateKey: hasKey ? files.privateKey : nil,
                certificate: files.certificate,
                chain: files.chain,
                fullChain: files.fullChain,
                include: hasKey ? services.layout.include(name) : nil,
                live: services.layout.live(name)
            )
        )
    }
}
