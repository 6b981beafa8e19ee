import CertificateStore
import Deployment
import Diagnostics
import Platform
import Settings

/// Bringing the certificate into use.
extension IssueCertificate {
    var hookRunner: HookRunner {
        HookRunner(
            fileSystem: services.fileSystem,
            processes: services.processes,
            user: services.user,
            log: services.log
        )
    }

    /// Refuses hooks that could not be run later, while nothing has been asked of the CA.
    func checkHooks() throws {
        for hook in try hooks(extra: request.deployHook) {
            try hookRunner.check(hook.path)
        }
    }

    /// A program to run, with arguments of its own or those of the contract.
    private struct Hook {
        let path: String
        var arguments: [String]?
    }

    /// Those of `deploy.d`, those of the name's block in certctl.conf, and the one of the option.
    private func hooks(extra: String?) throws -> [Hook] {
        try hookRunner.hooks(in: services.layout.deployHooks).map { Hook(path: $0) }
            + (block?.deployHooks ?? []).map { hook in
                // As with the option: what a link leads to is run, and has to be trusted.
                let real = RealPath.of(hook.executable) ?? hook.executable
                return Hook(path: real, arguments: hook.arguments)
            }
            + (extra.map { [Hook(path: $0)] } ?? [])
    }

    /// Points readers at the certificate and runs the hooks, unless that has all been done.
    ///
    /// Returns the hooks that were run. Throws ``HookError`` of the first one that fails; the next
    /// run begins with the hooks again.
    func deploy(_ certificate: StoredCertificate) async throws -> [String] {
        let done = DeployRecord(name, certificate.number)
        let last = try store.deployRecords()[name]
        // What readers are pointed at counts, not what was noted about it.
        let isMoved = try store.publish(certificate, of: name)
        guard isMoved || last != done else { return [] }
        let extra = request.deployHook ?? last?.owedHook.flatMap(stillRunnable)
        // A hook that was asked for once is owed until it has succeeded, whatever comes between.
        if let extra { try await append(DeployRecord(name, certificate.number, owedHook: extra)) }
        let hooks = try hooks(extra: extra)
        for hook in hooks {
            try await hookRunner.run(hook.path, arguments: hook.arguments, event(certificate))
        }
        try await append(done)
        try store.removeOldGenerations(of: name, inUse: certificate.number)
        services.note(.deployed, name, "generation \(certificate.number), \(hooks.count) hooks")
        return hooks.map(\.path)
    }

    /// An owed hook, unless it is gone: nobody can run it, and nothing else should wait for it.
    private func stillRunnable(_ hook: String) -> String? {
        do {
            try hookRunner.check(hook)
            return hook
        } catch {
            let reason = (error as? any Diagnosable)?.diagnosis.why ?? "\(error)"
            services.log.warning(
                "a hook that failed before cannot be run any more",
                ["path": hook, "reason": reason]
            )
            return nil
        }
    }

    private func append(_ record: DeployRecord) async throws {
        let lock = try await services.lock("the deploy journal") { try store.lockDeployments() }
        defer { withExtendedLifetime(lock) {} }
        try store.append(record)
    }

    private func event(_ certificate: StoredCertificate) -> HookEvent {
        HookEvent(
            lineage: "\(name)",
            names: certificate.manifest.names,
            privateKey: certificate.manifest.hasKey ? certificate.files.privateKey : nil,
            certificate: certificate.files.certificate,
            chain: certificate.files.chain,
            fullChain: certificate.files.fullChain,
            include: certificate.manifest.hasKey ? services.layout.include(name) : nil,
            live: services.layout.live(name)
        )
    }
}
