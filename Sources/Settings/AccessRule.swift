/// Who may ask, or may not.
package struct AccessRule: Equatable, Sendable {
    /// Whom a rule is about.
    package enum Clients: Equatable, Sendable {
        case all
        case network(NetworkRange)
    }

    package let isAllowed: Bool
    package let clients: Clients

    package init(isAllowed: Bool, clients: Clients) {
        self.isAllowed = isAllowed
        self.clients = clients
    }
}

extension AccessRule.Clients {
    /// The forms that ``init(_:)`` knows, for people.
    static let forms = "all, an IP address, or a network such as 10.0.0.0/8"

    /// Reads one of the ``forms``; `nil` for anything else.
    init?(_ text: String) {
        if text == "all" {
            self = .all
        } else {
            guard let range = NetworkRange(text) else { return nil }
            self = .network(range)
        }
    }
}
