import Platform

/// Sees whether a container has at its mounts' places what is there on this host.
///
/// A mount shows a file, not a name: once something else has taken the name, as an editor does that
/// writes a new file, the container goes on seeing the old one.
struct MountExaminer {
    /// ENOENT.
    private static let noSuchFile: Int32 = 2
    private static let limit = 1 << 20
    private static let timeLimit: Duration = .seconds(60)

    let container: Container
    let engine: EngineClient
    let host: any HostView

    /// Tells how a mount shows an old state; `nil` where nothing speaks against it.
    ///
    /// Throws ``EngineError``.
    func staleness(of mount: PathMap.Mount) async throws -> StaleMount? {
        guard let source = mount.source else { return nil }
        var isFile = false
        do {
            let outside = try host.identity(of: source)
            isFile = !outside.isDirectory
            guard try await shows(mount, otherThan: outside) else { return nil }
        } catch let error as SystemCallError {
            // What may not be looked at may be as it should.
            guard error.code == Self.noSuchFile else { return nil }
        }
        return StaleMount(
            source: source,
            isFile: isFile,
            remedy: "\(engine.tool) restart \(container.name)"
        )
    }

    private func shows(
        _ mount: PathMap.Mount,
        otherThan outside: FileIdentity
    ) async throws -> Bool {
        // Only root may look into the container's root from here; others ask a program inside.
        let root = "/proc/\(container.state.pid)/root"
        if let inside = try? host.identity(of: root + mount.target) { return inside != outside }
        let result = try await engine.run(
            ["stat", "-L", "-c", "%d:%i", mount.target],
            in: container,
            limit: Self.limit,
            timeLimit: Self.timeLimit
        )
        let said = String(decoding: result.output, as: UTF8.self).prefix { !$0.isNewline }
        // Where neither is possible nothing speaks against the mount.
        return result.exitCode == 0 && said != "\(outside.device):\(outside.inode)"
    }
}
