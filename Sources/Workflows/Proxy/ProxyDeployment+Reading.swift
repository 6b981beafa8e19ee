import CertificateStore
import Deployment
import Nginx
import Platform
import Settings

/// An nginx that may not read its keys.
extension ProxyDeployment {
    /// Finds the nginx; one that cannot start for want of a key is led to one that it may read, and one
    /// that cannot for want of certctl's own files has them back.
    ///
    /// Throws ``ProxyError/startsAgain(tool:container:group:)`` and
    /// ``ProxyError/startsWithFiles(tool:container:paths:)`` then: it has to be started.
    func findStarted() async throws -> any NginxInstance {
        do {
            return try await find()
        } catch DeploymentError.notRunning(let trouble) {
            let paths = try mendStopped(trouble)
            guard paths.isEmpty else {
                throw ProxyError.startsWithFiles(
                    tool: trouble.tool,
                    container: trouble.container,
                    paths: paths
                )
            }
            guard case .unreadablePair? = trouble.trouble, try !leadStrays().isEmpty else {
                throw reason(of: trouble)
            }
            throw ProxyError.startsAgain(
                tool: trouble.tool,
                container: trouble.container,
                group: settings.tlsGroup
            )
        }
    }

    /// The certificates in use that nginx reads otherwise than `tls_group` has it, or that another group
    /// can still read.
    func strays() throws -> [ProxyPlan.Pair] {
        let store = services.store
        guard try store.usesCopies else { return [] }
        return try store.lineageNames().filter(concerns).compactMap { name in
            // One that cannot be read keeps no other from being led elsewhere.
            (try? store.stray(name)).map { ProxyPlan.Pair(name: name, certificate: $0) }
        }
    }

    /// Leads nginx to the certificates that it reads already as `tls_group` has it now, which it could
    /// not read before; returns the lineages of those.
    ///
    /// Not part of a transaction: what nginx cannot read cannot become worse.
    func leadStrays() throws -> [LineageName] {
        let note = services.layout.transaction
        guard try services.fileSystem.status(note) == nil else { return [] }
        // Root's own copies are for no other than what was issued is for.
        let strays = try strays().filter { stray in
            try settings.tlsGroup != nil || services.store.hasCopiesForOthers(stray.name)
        }
        for stray in strays {
            try services.handOver(stray.certificate, of: stray.name)
            try services.store.lead(to: stray.certificate, of: stray.name)
        }
        return strays.map(\.name)
    }

    /// Takes from others the copies of what nginx now reads otherwise.
    func takeBackCopies(of names: [LineageName]) throws {
        for name in names {
            guard let inUse = try services.store.published(of: name) else { continue }
            try services.store.takeBack(name, but: inUse.number)
        }
    }

    /// The error; where nginx may not read a key of the store, with who reads and who may.
    func explained(_ error: any Error, of nginx: any NginxInstance) async -> any Error {
        guard let failure = error as? TransactionFailure,
            let (reason, isTakenBack) = failure.refusal,
            case .unreadablePair(let path)? = NginxTrouble(in: reason),
            let host = nginx.paths.hostPath(of: path), host.hasPrefix("\(services.layout.tls)/")
        else { return error }
        // Without it there is still the rest to be told.
        let process = try? await nginx.snapshot().master
        let reader = process.flatMap { process in
            access.host.text(of: "/proc/\(process)/status", last: 64 * 1024)
                .flatMap { NginxReader(process, status: $0) }
        }
        return ProxyError.unreadableKey(
            UnreadableKey(
                place: nginx.place,
                path: host,
                reader: reader,
                group: settings.tlsGroup,
                settings: SettingsLoader(services).path,
                isTakenBack: isTakenBack
            )
        )
    }
}

extension TransactionFailure {
    /// Why nginx refuses what it was to take up, and whether that was taken back.
    fileprivate var refusal: (reason: String, isTakenBack: Bool)? {
        switch self {
        case .untouched(let fault): (fault.reason, false)
        case .rolledBack(let fault, _): (fault.reason, true)
        case .stuck, .changedMeanwhile, .changedSince, .noteDamaged: nil
        }
    }
}
