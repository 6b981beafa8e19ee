/// How http-01 is answered, as an operator asks for it.
package enum HTTP01Mode: Hashable, Sendable {
    /// Whatever fits the machine.
    case auto
    /// By the responder that runs as a service.
    case service
    /// Behind a web server that keeps port 80 and passes the challenges on.
    case proxied
    /// On a port that is bound for the time of the order.
    case standalone
    /// By files that a web server serves, below that directory.
    case webroot(String)

    /// The prefix of ``webroot(_:)`` in its text.
    private static let webrootPrefix = "webroot:"

    /// The forms that ``init(_:)`` knows, for people.
    package static let forms = ["auto", "service", "proxied", "standalone", "webroot:DIR"]

    /// Reads one of the ``forms``; `nil` for anything else, also a webroot without a directory.
    package init?(_ text: String) {
        switch text {
        case "auto": self = .auto
        case "service": self = .service
        case "proxied": self = .proxied
        case "standalone": self = .standalone
        case _ where text.hasPrefix(Self.webrootPrefix):
            let directory = text.dropFirst(Self.webrootPrefix.count)
            guard !directory.isEmpty else { return nil }
            self = .webroot(String(directory))
        default: return nil
        }
    }
}

extension HTTP01Mode: CustomStringConvertible {
    /// The form that ``init(_:)`` reads.
    package var description: String {
        switch self {
        case .auto: "auto"
        case .service: "service"
        case .proxied: "proxied"
        case .standalone: "standalone"
        case .webroot(let directory): Self.webrootPrefix + directory
        }
    }
}
