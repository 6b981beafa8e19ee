import ACME
package import Diagnostics
package import Platform

/// Answers behind a web server that keeps port 80 and passes the challenges on.
package struct ProxiedSolver: ChallengeSolver {
    private let endpoint: Endpoint?
    private let sockets: RuntimeSockets
    private let listener: any Listener
    private let door: FrontDoor
    private let log: Log

    /// Makes a solver that listens where the web server, which is seen at `door`, passes challenges
    /// to.
    ///
    /// That is `endpoint`, or the challenge socket of `sockets`, which a service may have.
    package init(
        at endpoint: Endpoint?,
        sockets: RuntimeSockets,
        listener: any Listener,
        door: FrontDoor,
        log: Log
    ) {
        self.endpoint = endpoint
        self.sockets = sockets
        self.listener = listener
        self.door = door
        self.log = log
    }

    package func serving<Result: Sendable>(
        _ body: (any ChallengePresenter) async throws -> Result
    ) async throws -> Result {
        if let endpoint {
            let solver = StandaloneSolver(at: endpoint, listener: listener, log: log)
            return try await solver.serving { presenter in
                try await body(CheckingPresenter(presenter, at: door))
            }
        }
        if ServiceLink.isServed(sockets.control) {
            let service = ServiceSolver(at: sockets.control, door: door, log: log)
            return try await service.serving(body)
        }
        let responder = try ProxiedResponder(sockets)
        log.info("listening for challenges", ["socket": sockets.challenge])
        defer { responder.stop() }
        return try await body(CheckingPresenter(responder, at: door))
    }
}

/// A responder of our own on the challenge socket.
struct ProxiedResponder: ChallengePresenter {
    private let socket: LocalListeningSocket
    private let responder: Responder

    /// Listens on the challenge socket of `sockets`.
    init(_ sockets: RuntimeSockets) throws(HTTP01Error) {
        socket = try sockets.listenForProxy()
        do throws(SystemCallError) {
            responder = try Responder(listeners: [], proxied: [socket.socket])
        } catch {
            throw .responder(error)
        }
    }

    func present(_ answers: [KeyAuthorization]) {
        responder.publish(answers)
    }

    /// Stops answering; quick, although it waits for a thread.
    func stop() {
        responder.stop()
    }
}

/// Presents by means of another presenter, then looks from the outside whether that helps.
struct CheckingPresenter: ChallengePresenter {
    private let presenter: any ChallengePresenter
    private let door: FrontDoor

    /// Makes a presenter that asks at `door` once for what was presented.
    init(_ presenter: any ChallengePresenter, at door: FrontDoor) {
        self.presenter = presenter
        self.door = door
    }

    func present(_ answers: [KeyAuthorization]) async throws {
        try await presenter.present(answers)
        if let answer = answers.first { await door.check(answer) }
    }
}
