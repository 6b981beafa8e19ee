import ACME
package import Diagnostics
package import Platform

/// Answers challenges itself, on a port that it binds for the time of an order.
package struct StandaloneSolver: ChallengeSolver {
    private let endpoint: Endpoint
    private let listener: any Listener
    private let log: Log

    /// Makes a solver that will bind `endpoint` by means of `listener`.
    package init(at endpoint: Endpoint, listener: any Listener, log: Log) {
        self.endpoint = endpoint
        self.listener = listener
        self.log = log
    }

    package func serving<Result: Sendable>(
        _ body: (any ChallengePresenter) async throws -> Result
    ) async throws -> Result {
        let presenter = try makePresenter()
        // Quick, although it waits for a thread: that one does nothing that blocks.
        defer { presenter.responder.stop() }
        return try await body(presenter)
    }

    /// Binds the port and answers there, until the presenter's responder is stopped.
    func makePresenter() throws(HTTP01Error) -> StandalonePresenter {
        let sockets = try listener.clients(at: endpoint)
        // IPv4 where there is a choice: fewer things are wrong with its loopback.
        let addresses = sockets.compactMap(\.address)
        let address = addresses.first { !$0.isIPv6 } ?? addresses.first
        log.info("listening for challenges", ["port": "\(sockets.first?.port ?? 0)"])
        do throws(SystemCallError) {
            let responder = try Responder(listeners: sockets)
            return StandalonePresenter(responder: responder, address: address?.reachable, log: log)
        } catch {
            throw .responder(error)
        }
    }
}

extension Listener {
    /// Listens for clients; who holds the port is found out where that fails.
    package func clients(at endpoint: Endpoint) throws(HTTP01Error) -> [ListeningSocket] {
        let attempts = 3
        var attempt = 1
        while true {
            do throws(ListenError) {
                return try listen(at: endpoint)
            } catch {
                switch error {
                case .portTaken(let port):
                    let holders = holders(ofPort: port)
                    // Whoever had it has left since, as a certctl whose order came to its end.
                    guard holders.isEmpty, attempt < attempts else {
                        throw .portTaken(port, holders: holders)
                    }
                    attempt += 1
                case .permission(let port): throw .notPermitted(port: port)
                case .addressNotAvailable(let address): throw .addressNotAvailable(address)
                case .other(let code): throw .responder(SystemCallError("bind", code: code))
                }
            }
        }
    }
}

/// Publishes answers with a responder and makes sure, once each time, that it is heard.
struct StandalonePresenter: ChallengePresenter {
    /// How long the responder may take to answer ourselves.
    private static let patience = Duration.seconds(2)

    /// What answers.
    let responder: Responder
    /// Where the responder is reached from this host; `nil` where it has no IP address.
    let address: SocketAddress?
    /// Where the warning goes.
    let log: Log

    func present(_ answers: [KeyAuthorization]) async throws {
        responder.publish(answers)
        guard let answer = answers.first, let address else { return }
        let found = await Reachability.check(answer, at: address, within: Self.patience)
        warn(of: found, at: address)
    }

    /// Says what is odd; never more, since the CA's way here is another one than ours.
    private func warn(of found: Reachability, at address: SocketAddress) {
        switch found {
        case .reached:
            log.debug("the responder hears its own port", ["address": "\(address)"])
        case .answeredByAnother:
            log.warning(
                "another program answers challenges on our port; look for left-over DNAT rules",
                ["address": "\(address)", "command": "nft list ruleset; iptables -t nat -S"]
            )
        case .failed(let error):
            log.warning(
                "the responder cannot be reached from this host; look for firewall rules",
                ["address": "\(address)", "reason": "\(error)"]
            )
        }
    }
}
