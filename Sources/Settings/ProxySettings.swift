/// The nginx that serves the sites.
package struct ProxySettings: Equatable, Sendable {
    /// Where it runs.
    package enum Place: Equatable, Sendable {
        /// The container of that name.
        case container(String)
        /// The container of a service of a Compose project.
        case compose(project: String, service: String)
        /// This machine itself.
        case host
    }

    package let place: Place
    /// Where its configuration is on this machine, by absolute path.
    package let configuration: String

    package init(place: Place, configuration: String) {
        self.place = place
        self.configuration = configuration
    }
}

extension ProxySettings.Place {
    private static let composePrefix = "compose:"

    /// The forms that ``init(_:)`` knows, for people.
    static let forms = "a container's name, compose:PROJECT/SERVICE, or host"

    /// Reads one of the ``forms``; `nil` for anything else.
    init?(_ text: String) {
        if text == "host" {
            self = .host
        } else if text.hasPrefix(Self.composePrefix) {
            let parts = text.dropFirst(Self.composePrefix.count)
                .split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, parts.allSatisfy(Self.isName) else { return nil }
            self = .compose(project: parts[0], service: parts[1])
        } else {
            guard Self.isName(text) else { return nil }
            self = .container(text)
        }
    }

    /// Whether Docker would take it as the name of a container or service.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first.isASCIILetterOrDigit else { return false }
        return text.utf8.allSatisfy { $0.isASCIILetterOrDigit || "_.-".utf8.contains($0) }
    }
}

extension UInt8 {
    /// Whether it is a letter from A to Z in either case, or a digit.
    var isASCIILetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: isASCIIDigit
        }
    }

    /// Whether it is a digit from 0 to 9.
    var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
