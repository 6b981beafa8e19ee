package import CertificateStore
import Nginx
import Settings
import Sites

/// What a run of deploying would do; nothing is locked and nothing changed.
extension DeployRun {
    /// Plans for certificates that are in the store.
    ///
    /// Throws ``StoreError``, ``HookError`` and, where nginx serves one of them, what
    /// ``ProxyDeployment/plan(for:)`` throws.
    func plan(_ pairs: [ProxyPlan.Pair]) async throws -> DeploymentPlan {
        let records = try store.deployRecords()
        let certificates = try pairs.map { pair in
            let owed = records[pair.name]?.owedHook
            let own = try hooks.each(pair.name, names(of: pair.certificate), extra: owed)
            return DeploymentPlan.Certificate(
                name: pair.name,
                generation: pair.certificate.number,
                inUse: try store.published(of: pair.name)?.number,
                hooks: own.map(\.path)
            )
        }
        let served = pairs.filter { proxy?.serves($0) ?? false }
        let others = pairs.filter { !(proxy?.serves($0) ?? false) }
        var changes = try others.compactMap { try ProxyPlan.change(to: $0, store) }
        var plan: ProxyPlan?
        if let proxy, !served.isEmpty {
            let sites = try await proxy.plan(for: served)
            changes += sites.changes
            plan = sites
        }
        return DeploymentPlan(
            certificates: certificates.filter { plan?.failures[$0.name] == nil },
            files: changes.map { EditedFile(path: $0.path, before: $0.before, after: $0.after) },
            hooksBefore: pairs.isEmpty ? [] : try hooks.before().map(\.path),
            hooksAfter: pairs.isEmpty ? [] : try hooks.after().map(\.path),
            notes: plan?.notes.map(\.description) ?? [],
            refused: plan?.failures.filter { name, _ in served.contains { $0.name == name } } ?? [:]
        )
    }
}

/// What `certctl deploy` would do.
package struct DeploymentPlan: Sendable {
    /// A certificate that is to be brought into use.
    package struct Certificate: Equatable, Sendable {
        package let name: LineageName
        package let generation: GenerationNumber
        /// What readers have now; `nil` for nothing.
        package let inUse: GenerationNumber?
        /// Those of this certificate, by path, in the order in which they run.
        package let hooks: [String]
    }

    package let certificates: [Certificate]
    /// nginx's files, and those that name key and certificate.
    package let files: [EditedFile]
    /// Those that run once before all else, by path.
    package let hooksBefore: [String]
    /// Those that run once at the end, by path.
    package let hooksAfter: [String]
    package let notes: [String]
    /// Why certificates stay unused, by lineage.
    package let refused: [LineageName: any Error]
}
