import ACME
package import Diagnostics
import Platform

/// The port of this host that CAs ask on, seen from inside: what answers there, and with what.
package struct FrontDoor: Sendable {
    /// How long whoever holds the port may take.
    private static let patience = Duration.seconds(2)

    private let port: UInt16
    private let log: Log
    /// What challenges are to be passed on to; `nil` where somebody may answer for this host anywhere else, so
    /// that nobody on the port is no reason to warn.
    private var socket: String?

    /// Looks at `port` of the loopback addresses; warnings go to `log`.
    package init(port: UInt16, log: Log) {
        self.port = port
        self.log = log
    }

    /// The same where nobody was said to answer anywhere else: whoever has the port passes challenges on to
    /// `socket`, or should.
    func manned(passingTo socket: String) -> FrontDoor {
        var door = self
        door.socket = socket
        return door
    }

    /// Asks for `answer` as the CA would, except for the way.
    ///
    /// - Returns: What came of it; `nil` where nobody listens.
    func ask(for answer: KeyAuthorization) async -> Reachability? {
        for host in ["127.0.0.1", "::1"] {
            guard let address = SocketAddress(host, port: port) else { continue }
            let found = await Reachability.check(answer, at: address, within: Self.patience)
            guard case .failed(let error) = found, error.isAboutNobody else { return found }
        }
        return nil
    }

    /// Warns where the port is held by somebody who does not let the CA get `answer`.
    ///
    /// Never more than that: the CA's way here is another one than ours.
    func check(_ answer: KeyAuthorization) async {
        switch await ask(for: answer) {
        case .reached:
            log.debug("the answer is given on the port that CAs ask on", ["port": "\(port)"])
        case .answeredByAnother:
            warn(
                "the server on port 80 does not pass challenges on to certctl",
                ["host": answer.host, "path": answer.path]
            )
        case .failed(let error):
            warn(
                "the server on port 80 does not answer challenges",
                ["host": answer.host, "reason": "\(error)"]
            )
        case nil where socket == nil:
            log.debug("nobody holds the port that CAs ask on", ["port": "\(port)"])
        case nil:
            log.warning(
                "nobody listens on the port that CAs ask on",
                [
                    "port": "\(port)",
                    "fix": "where no proxy is to have it: systemctl stop certctl-http01.service; "
                        + "systemctl enable --now certctl-http01.socket",
                ]
            )
        }
    }

    /// Warns of whoever has the port, with what would let the CA through.
    private func warn(_ message: StaticString, _ fields: [String: String]) {
        let fix = socket.map { socket in
            "put `\(HTTP01Error.location(passingTo: socket))` into its server for port \(port) and reload "
                + "it; a container has to mount that socket's directory at the same path"
        }
        log.warning(message, fields.merging(fix.map { ["fix": $0] } ?? [:]) { $1 })
    }
}

extension SystemCallError {
    /// Whether nobody listens there, or this host has no such address.
    fileprivate var isAboutNobody: Bool {
        call == "connect" || call == "socket"
    }
}
