import Glibc
import Platform
import TestSupport
import Testing

@testable import HTTP01

/// A responder's service on a port and sockets of its own, which can be ended and begun anew.
final class RunningService {
    let sockets: RuntimeSockets
    let port: UInt16
    private let http: [ListeningSocket]
    private var control: LocalListeningSocket?
    private var service: ResponderService?
    private let warnings: Warnings

    init(in directory: TemporaryDirectory, warnings: Warnings = Warnings()) throws {
        sockets = RuntimeSockets.test(in: directory)
        http = try SocketListener().listen(at: Endpoint(address: "127.0.0.1", port: 0))
        port = try #require(http.first?.port)
        self.warnings = warnings
        try start()
    }

    /// Begins with nothing published, as a process does.
    func start(user: UInt32 = geteuid()) throws {
        let control = try sockets.listenForIssuers()
        var passed = ResponderService.Sockets()
        passed.http = http
        passed.control = [control.socket]
        service = try ResponderService(
            passed,
            user: user,
            limits: .service(descriptors: 1024),
            log: warnings.log
        )
        self.control = control
    }

    /// Ends, and takes the socket's file away.
    func stop() {
        service?.stop()
        service = nil
        control = nil
    }

    /// The door that the service itself holds.
    var door: FrontDoor { FrontDoor(port: port, log: warnings.log) }
}
