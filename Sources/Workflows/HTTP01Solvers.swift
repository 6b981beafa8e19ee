import ACME
package import CertificateStore
package import Diagnostics
package import HTTP01
package import Platform
import Settings

/// The ways to answer http-01 on this machine.
package struct HTTP01Solvers: Sendable {
    private let sockets: RuntimeSockets
    private let fileSystem: any FileSystem
    private let listener: any Listener
    private let door: FrontDoor
    private let log: Log

    /// Makes solvers that use the sockets of `layout`, and ports by means of `listener`; of the sockets
    /// `challenge` may have been bound for this process by another.
    package init(
        _ layout: StoreLayout,
        fileSystem: any FileSystem,
        listener: any Listener,
        challenge: ListeningSocket? = nil,
        log: Log
    ) {
        sockets = RuntimeSockets(layout, in: fileSystem).inheriting(challenge)
        self.fileSystem = fileSystem
        self.listener = listener
        self.log = log
        door = FrontDoor(port: HTTP01Settings.standardPort, log: log)
    }

    /// The solver for what an operator has asked for.
    package func solver(for settings: HTTP01Settings) -> any ChallengeSolver {
        let endpoint = Endpoint(address: settings.address, port: settings.port)
        let isDetour = settings.port != HTTP01Settings.standardPort || settings.address != nil
        let hosts = settings.hosts
        switch settings.mode {
        case .service:
            return ServiceSolver(at: sockets.control, door: door, log: log)
        case .webroot(let directory):
            return WebrootSolver(directory: directory, fileSystem: fileSystem, door: door)
        case .proxied:
            return ProxiedSolver(
                at: isDetour ? endpoint : nil,
                sockets: sockets,
                listener: listener,
                door: door,
                log: log
            )
        // Who names the place to listen at has found out already what fits.
        case .auto where !isDetour:
            return AutoSolver(
                at: endpoint,
                sockets: sockets,
                listener: listener,
                hosts: hosts,
                door: door,
                log: log
            )
        case .auto, .standalone:
            return StandaloneSolver(at: endpoint, listener: listener, log: log)
        }
    }
}

extension RuntimeSockets {
    /// The sockets below the runtime directory of `layout`.
    init(_ layout: StoreLayout, in fileSystem: any FileSystem) {
        let home = layout.home.map { [$0] } ?? []
        self.init(
            directories: home + [layout.runtime, "\(layout.runtime)/challenge"],
            challenge: layout.challengeSocket,
            control: layout.controlSocket,
            fileSystem: fileSystem
        )
    }
}
