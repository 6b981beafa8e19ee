package import Diagnostics
import HTTP01
package import Platform

/// Where root has to listen for the store's owner, who answers challenges and may bind neither a low
/// port nor a socket in root's directory.
package struct OwnersPorts: Equatable, Sendable {
    /// What is passed on, by the names that the owner's process knows it by.
    package enum Name {
        package static let port = "http"
        package static let challengeSocket = "challenge"
    }

    /// The ports.
    package var endpoints: Set<Endpoint> = []
    /// Whether a web server passes challenges on.
    package var isProxied = false
    /// Whether it may turn out that one does, where a port is held.
    package var mayBeProxied = false

    /// Whether root has nothing to do for him.
    var isEmpty: Bool { endpoints.isEmpty && !isProxied }

    /// Nothing at all.
    package init() {}

    /// Listens as far as that is to be had; waits for a certctl that answers an order of its own.
    package func open(_ services: Services, _ listener: any Listener) async -> OpenPorts {
        var open = OpenPorts()
        for endpoint in endpoints {
            do {
                let sockets = try await services.whileNoOtherOrder {
                    try listener.clients(at: endpoint)
                }
                open.sockets += sockets.map { (Name.port, $0) }
            } catch {
                open.obstacles.append(error)
            }
        }
        guard isProxied || mayBeProxied && !open.obstacles.isEmpty else { return open }
        do {
            let runtime = RuntimeSockets(services.layout, in: services.fileSystem)
            let socket = try await services.whileNoOtherOrder { try runtime.listenForProxy() }
            open.sockets.append((Name.challengeSocket, socket.socket))
            open.challengeSocket = socket
        } catch {
            open.obstacles.append(error)
        }
        return open
    }
}

/// What root listens at for the store's owner; closed when this is gone.
package struct OpenPorts: Sendable {
    package fileprivate(set) var sockets: [(name: String, socket: ListeningSocket)] = []
    /// What kept the rest from being had.
    package fileprivate(set) var obstacles: [any Error] = []
    /// Its file goes with it.
    fileprivate var challengeSocket: LocalListeningSocket?

    /// Tells what root sees of whoever is in the way, as the owner may not.
    package func tellObstacles(_ log: Log) {
        for obstacle in obstacles {
            log.notice("root could not listen for the owner of the store", ["reason": obstacle.why])
        }
    }
}

extension Services {
    /// How long another certctl is waited for that has the port, and how often one looks.
    private static let patience: Duration = .seconds(30)
    private static let pause: Duration = .milliseconds(200)

    /// Does `body`, again and again for a while as long as another certctl answers where it has to.
    func whileNoOtherOrder<Outcome>(
        _ body: () async throws -> Outcome
    ) async throws -> Outcome {
        var waited: Duration = .zero
        while true {
            do {
                return try await body()
            } catch let error as HTTP01Error
                where error.isOfAnotherOrder && waited < Self.patience
            {
                if waited == .zero {
                    log.notice("waiting for another certctl that answers its own order")
                }
                try await clock.sleep(for: Self.pause)
                waited += Self.pause
            }
        }
    }
}
