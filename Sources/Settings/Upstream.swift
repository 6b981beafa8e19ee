import PKI

/// A server that nginx passes requests on to.
package struct Upstream: Equatable, Sendable, CustomStringConvertible {
    /// The forms that ``init(_:)`` knows, for people.
    static let forms = "HOST:PORT or https://HOST:PORT, for example frontend:3000"
    private static let securePrefix = "https://"

    /// A name, or an address; one of IPv6 in brackets.
    package let host: String
    package let port: UInt16
    /// Whether it speaks TLS.
    package let isSecure: Bool

    package init(host: String, port: UInt16, isSecure: Bool = false) {
        self.host = host
        self.port = port
        self.isSecure = isSecure
    }

    /// Reads one of the ``forms``; `nil` for anything else.
    init?(_ text: String) {
        let isSecure = text.hasPrefix(Self.securePrefix)
        let place = isSecure ? text.dropFirst(Self.securePrefix.count) : text[...]
        guard let colon = place.lastIndex(of: ":") else { return nil }
        let host = String(place[..<colon])
        guard let port = Self.port(place[place.index(after: colon)...]), Self.isHost(host) else {
            return nil
        }
        self.init(host: host, port: port, isSecure: isSecure)
    }

    package var description: String { "\(isSecure ? Self.securePrefix : "")\(host):\(port)" }

    private static func isHost(_ text: String) -> Bool {
        guard text.hasPrefix("["), text.hasSuffix("]") else {
            return ProxySettings.Place.isName(text) && text.utf8.count <= 253
        }
        return IPAddress(String(text.dropFirst().dropLast()))?.isIPv6 == true
    }

    /// Reads a port in digits, without sign or blanks.
    static func port(_ text: some StringProtocol) -> UInt16? {
        guard text.utf8.allSatisfy(\.isASCIIDigit), let port = UInt16(text), port > 0 else {
            return nil
        }
        return port
    }
}
