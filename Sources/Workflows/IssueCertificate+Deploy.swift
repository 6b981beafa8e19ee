import CertificateStore
import Deployment
import Diagnostics
import Platform

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
        for hook in try hooks() {
            try hookRunner.check(hook)
        }
    }

    private func hooks() throws -> [String] {
        let extra = request.deployHook.map { [$0] } ?? []
        return try hookRunner.hooks(in: services.layout.deployHooks) + extra
    }

    /// Points readers at the certificate and runs the hooks, unless that has all been done.
    ///
    /// Returns the hooks that were run. Throws ``HookError`` of the first one that fails; the next
    /// run begins with the hooks again.
    func deploy(_ certificate: StoredCertificate) async throws -> [String] {
        // What readers are pointed at counts, not what was noted about it.
        let isMoved = try store.publish(certificate, of: name)
        guard try isMoved || store.deployed()[name] != certificate.number else { return [] }
        let hooks = try hooks()
        for hook in hooks {
            try await hookRunner.run(hook, event(certificate))
        }
        try await append(DeployRecord(name, certificate.number))
        try store.removeOldGenerations(of: name, inUse: certificate.number)
        let detail = "generation \(certificate.number), \(hooks.count) hooks"
        try store.write(Event(.deployed, name, at: services.clock.now, detail: detail))
        return hooks
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
            privateKey: certificate.files.privateKey,
            certificate: certificate.files.certificate,
            chain: certificate.files.chain,
            fullChain: certificate.files.fullChain,
            include: services.layout.include(name),
            live: services.layout.live(name)
        )
    }
}
