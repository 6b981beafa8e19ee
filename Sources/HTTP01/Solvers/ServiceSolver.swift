import ACME
package import Diagnostics
import Platform

/// Has the responder's service answer.
package struct ServiceSolver: ChallengeSolver {
    private let control: String
    private let door: FrontDoor
    private let log: Log

    /// Makes a solver for the service whose control socket is at `control`.
    ///
    /// The service, or a proxy before it, has to be heard at `door`.
    package init(at control: String, door: FrontDoor, log: Log) {
        self.control = control
        self.door = door
        self.log = log
    }

    package func serving<Result: Sendable>(
        _ body: (any ChallengePresenter) async throws -> Result
    ) async throws -> Result {
        let link = try ServiceLink(control, log: log)
        let stop = try StopSignal()
        let thread = try WorkerThread { link.keep(until: stop) }
        defer {
            stop.send()
            thread.join()
        }
        log.info("the responder's service answers challenges", ["socket": control])
        return try await body(ServicePresenter(link: link, door: door, log: log))
    }
}

/// Publishes answers with the service.
private struct ServicePresenter: ChallengePresenter {
    let link: ServiceLink
    let door: FrontDoor
    let log: Log

    func present(_ answers: [KeyAuthorization]) async throws {
        try await link.perform { (link) throws(HTTP01Error) in try link.publish(answers) }
        if let answer = answers.first { await door.check(answer) }
    }

    /// Without it clients that begin with http get a 404; no reason to call the order a failure.
    func redirect(_ hosts: [DomainName]) async {
        do throws(HTTP01Error) {
            try await link.perform { (link) throws(HTTP01Error) in try link.redirect(hosts) }
        } catch {
            log.warning(
                "the responder's service does not redirect to https",
                ["reason": error.diagnosis.why]
            )
        }
    }
}

extension ServiceLink {
    /// Performs on a thread of its own what blocks.
    fileprivate func perform(
        _ body: @escaping @Sendable (ServiceLink) throws(HTTP01Error) -> Void
    ) async throws(HTTP01Error) {
        let result: Result<Void, HTTP01Error>
        do throws(SystemCallError) {
            result = try await WorkerThread.run { () throws(SystemCallError) in
                Result { () throws(HTTP01Error) in try body(self) }
            }
        } catch {
            throw .responder(error)
        }
        try result.get()
    }
}
