package import ACME
package import Diagnostics
package import Platform

/// Answers in whatever way fits the host.
///
/// The service where it runs; else on the port itself where that is free; else behind whoever holds
/// it, where that one is seen to pass challenges on.
package struct AutoSolver: ChallengeSolver {
    private let endpoint: Endpoint
    private let sockets: RuntimeSockets
    private let listener: any Listener
    private let hosts: [DomainName]
    private let door: FrontDoor
    private let log: Log

    /// Makes a solver that finds out, each time that it serves.
    ///
    /// CAs ask on `endpoint`, for `hosts`, the names of the order; `door` is the same port, seen from
    /// inside.
    package init(
        at endpoint: Endpoint,
        sockets: RuntimeSockets,
        listener: any Listener,
        hosts: [DomainName],
        door: FrontDoor,
        log: Log
    ) {
        self.endpoint = endpoint
        self.sockets = sockets
        self.listener = listener
        self.hosts = hosts
        self.door = door
        self.log = log
    }

    package func serving<Result: Sendable>(
        _ body: (any ChallengePresenter) async throws -> Result
    ) async throws -> Result {
        if ServiceLink.isServed(sockets.control) {
            let service = ServiceSolver(
                at: sockets.control,
                door: door.manned(passingTo: sockets.challenge),
                log: log
            )
            return try await service.serving(body)
        }
        let standalone = StandaloneSolver(at: endpoint, listener: listener, log: log)
        let responder: StandalonePresenter
        do throws(HTTP01Error) {
            responder = try standalone.makePresenter()
        } catch {
            guard let holders = holders(after: error) else { throw error }
            return try await servingBehind(holders, body)
        }
        defer { responder.responder.stop() }
        return try await body(responder)
    }

    /// Who holds the port, where that is why it could not be had.
    private func holders(after error: HTTP01Error) -> [PortHolder]? {
        switch error {
        case .portTaken(_, let holders): return holders
        case .notPermitted(let port):
            // This user might not bind it either way; somebody who holds it may still help.
            let holders = listener.holders(ofPort: port)
            return holders.isEmpty ? nil : holders
        default: return nil
        }
    }

    /// Answers behind whoever holds the port, after a look whether that can work.
    private func servingBehind<Result: Sendable>(
        _ holders: [PortHolder],
        _ body: (any ChallengePresenter) async throws -> Result
    ) async throws -> Result {
        let held = HTTP01Error.portHeld(
            endpoint.port,
            holders: holders,
            socket: sockets.challenge
        )
        let responder: ProxiedResponder
        do throws(HTTP01Error) {
            responder = try ProxiedResponder(sockets)
        } catch {
            // Another order may be answered there at the moment. Any other reason is a detail: the
            // port is held, and that is what there is to do something about.
            if case .socket(_, .inUse) = error { throw error }
            log.info("no canary", ["reason": error.diagnosis.why])
            throw held
        }
        defer { responder.stop() }
        guard await isPassedOn(to: responder) else { throw held }
        log.info("the holder of the port passes challenges on", ["socket": sockets.challenge])
        return try await body(CheckingPresenter(responder, at: door))
    }

    /// Publishes a canary, an answer that nobody can guess, and looks whether it comes back.
    private func isPassedOn(to responder: ProxiedResponder) async -> Bool {
        guard let canary = Self.canary(for: hosts.first?.description ?? "localhost") else {
            return false
        }
        responder.present([canary])
        return await door.ask(for: canary) == .reached
    }

    private static func canary(for host: String) -> KeyAuthorization? {
        let digits = RandomBytes.make(count: 32).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        let text = digits.joined()
        return Token(String(text.prefix(32))).map { token in
            KeyAuthorization(host: host, token: token, thumbprint: String(text.suffix(32)))
        }
    }
}
