import CertificateStore
import Diagnostics
import HTTP01
package import Platform

/// `certctl respond`: answers HTTP-01 challenges until it is told to end.
package struct HTTP01Service: Sendable {
    private let services: Services
    private let manager: ServiceManager
    private let listener: any Listener
    private let endpoint: Endpoint?

    /// Makes the service.
    ///
    /// Where `manager`, which started this process, has passed sockets on, they are used and no other
    /// is made. Else clients come in at `endpoint`; `nil` is for a proxy alone.
    package init(
        _ services: Services,
        manager: ServiceManager,
        listener: any Listener,
        endpoint: Endpoint?
    ) {
        self.services = services
        self.manager = manager
        self.listener = listener
        self.endpoint = endpoint
    }

    /// Answers until `termination` comes; `pid` is this process's number.
    package func run(pid: Int32, until termination: TerminationSignal) async throws {
        let limits = Responder.Limits.service(descriptors: DescriptorLimit.raise())
        let passed = try manager.activation.sockets(of: pid)
        let sockets = try passed.isEmpty ? bind() : BoundSockets(passed: passed)
        let service = try ResponderService(
            sockets.sockets,
            user: services.user,
            limits: limits,
            log: services.log
        )
        services.log.notice("answering challenges", sockets.story)
        manager.notifier.tell(.ready)
        try await termination.wait()
        manager.notifier.tell(.stopping)
        service.stop()
        // Their files go with them.
        withExtendedLifetime(sockets) {}
        services.log.notice("no longer answering challenges")
    }

    private func bind() throws -> BoundSockets {
        let runtime = RuntimeSockets(services.layout, in: services.fileSystem)
        let control = try runtime.listenForIssuers()
        let challenge = try runtime.listenForProxy()
        var sockets = ResponderService.Sockets()
        sockets.control = [control.socket]
        sockets.challenge = [challenge.socket]
        if let endpoint { sockets.http = try listener.clients(at: endpoint) }
        return BoundSockets(sockets, files: [control, challenge])
    }
}

/// The service's sockets, with what keeps the files of those that it has made itself.
private struct BoundSockets {
    let sockets: ResponderService.Sockets
    private let files: [LocalListeningSocket]

    init(_ sockets: ResponderService.Sockets, files: [LocalListeningSocket]) {
        self.sockets = sockets
        self.files = files
    }

    /// Takes over what systemd has passed on, each by the name of its unit.
    init(passed: [SocketActivation.Passed]) throws(SocketActivationError) {
        var sockets = ResponderService.Sockets()
        for socket in passed {
            switch socket.name {
            case "http" where sockets.http.count < 2:
                sockets.http.append(try socket.claim(type: .stream, isLocal: false))
            case "challenge" where sockets.challenge.isEmpty:
                sockets.challenge = [try socket.claim(type: .stream, isLocal: true)]
            case "control" where sockets.control.isEmpty:
                sockets.control = [try socket.claim(type: .messages, isLocal: true)]
            default:
                throw .unexpected(name: socket.name)
            }
        }
        self.init(sockets, files: [])
    }

    /// Where the service listens, for the log.
    var story: [String: String] {
        var story: [String: String] = [:]
        let addresses = sockets.http.compactMap { $0.address?.description }
        if !addresses.isEmpty { story["http"] = addresses.joined(separator: " ") }
        story["challenge"] = sockets.challenge.first?.path
        story["control"] = sockets.control.first?.path
        return story
    }
}
