import Diagnostics
import FoundationEssentials
import Platform

/// Finds out why nothing can be done in a container.
struct ContainerExaminer: Sendable {
    private static let shownLog = 200
    /// The engine waits longer and longer before it starts a container again, and begins anew with
    /// one that has run for ten seconds: a younger one that was started often is in a loop.
    private static let loop = (restarts: 3, age: 10.0)

    let engine: EngineClient
    let paths: PathMap

    /// Explains a container that commands cannot be run in, or that is only on its way to its next
    /// end; `nil` for one that runs.
    func trouble(with container: Container) async throws(EngineError) -> ContainerTrouble? {
        guard !container.isRunning || isLooping(container) else { return nil }
        return try await explanation(of: container)
    }

    private func explanation(of container: Container) async throws(EngineError) -> ContainerTrouble
    {
        var log: [String] = []
        do throws(EngineError) {
            log = try await engine.log(of: container, lines: Self.shownLog)
        } catch {
            // Without its words there is still what the engine says of it.
            guard case .refused = error else { throw error }
        }
        return ContainerTrouble(
            container,
            log: log,
            paths: paths,
            architectures: await architectures(of: container),
            tool: engine.tool
        )
    }

    /// What runs in it, and which of that is nginx's master.
    ///
    /// - Throws: ``DeploymentError/notRunning(_:)`` where it has ended since it was looked at, or is
    ///   between its end and the next start; ``DeploymentError/noMaster(container:processes:)``.
    func master(
        of container: Container
    ) async throws -> (master: EngineProcess, all: [EngineProcess]) {
        let all = try await processes(of: container)
        if let master = all.first(where: { $0.title.hasPrefix(NginxTitle.master) }) {
            return (master, all)
        }
        if let current = try? await engine.container(container.id) {
            if let trouble = try await trouble(with: current) {
                throw DeploymentError.notRunning(trouble)
            }
            // What comes before nginx may run already.
            guard !all.isEmpty, current.state.started == container.state.started else {
                throw DeploymentError.notRunning(try await explanation(of: current))
            }
        }
        throw DeploymentError.noMaster(
            container: container.name,
            processes: all.prefix(5).map { $0.title.harmless(limit: 100) }
        )
    }

    private func processes(of container: Container) async throws -> [EngineProcess] {
        do throws(EngineError) {
            return try await engine.processes(in: container)
        } catch {
            guard error.isAboutState, let current = try? await engine.container(container.id),
                let trouble = try await trouble(with: current)
            else { throw error }
            throw DeploymentError.notRunning(trouble)
        }
    }

    private func isLooping(_ container: Container) -> Bool {
        guard container.restartCount >= Self.loop.restarts,
            let started = Self.moment(container.state.started)
        else { return false }
        let age = engine.clock.now.timeIntervalSince(started)
        return age < Self.loop.age
    }

    /// Reads the engine's time, whose fraction has more digits than Foundation takes.
    static func moment(_ text: String) -> Date? {
        let seconds = text.prefix { $0 != "." }
        let zone = text.dropFirst(seconds.count).drop { $0 == "." || $0.isNumber }
        // Nothing depends on a time that cannot be read.
        return try? Date("\(seconds)\(zone)", strategy: .iso8601)
    }

    private func architectures(of container: Container) async -> ContainerTrouble.Architectures? {
        // An engine that does not know is no reason to keep the rest from who has to help himself.
        guard let image = try? await engine.image(of: container) else { return nil }
        return ContainerTrouble.Architectures(image: image.architecture, host: engine.architecture)
    }
}
