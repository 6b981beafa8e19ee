/// What a `listen` of a `server` says.
///
/// Source: documentation of nginx's `listen`; `ngx_parse_url` for its first word.
package struct Listen: Equatable, Sendable {
    /// Where connections come in.
    package enum Address: Hashable, Sendable {
        /// All addresses of IPv4: `*`, `0.0.0.0`, or none said.
        case anyIPv4
        /// `[::]`
        case anyIPv6
        /// As it is written, in lower case: an address of IPv4, one of IPv6 in brackets, or a name.
        case specific(String)
        /// The path of a Unix socket.
        case unix(String)

        /// Whether IPv6 is spoken there.
        package var isIPv6: Bool {
            switch self {
            case .anyIPv6: true
            case .specific(let text): text.utf8.first == UInt8(ascii: "[")
            case .anyIPv4, .unix: false
            }
        }
    }

    package let address: Address
    /// One port, or several with `first-last`; 0 for a Unix socket.
    package let ports: ClosedRange<Int>
    /// The words after the address.
    package let options: [String]
    /// The directive; `nil` where a server has none, which means `*:80`.
    package let directive: PlacedDirective?

    package var isDefaultServer: Bool {
        options.contains("default_server") || options.contains("default")
    }
    /// Whether it says so itself; another server may say it for the same socket.
    package var isTLS: Bool { options.contains("ssl") || isQUIC }
    package var isQUIC: Bool { options.contains("quic") }

    /// What a server without `listen` does, where nginx is started by root.
    static let implicit = Listen(
        address: .anyIPv4,
        ports: 80...80,
        options: [],
        directive: nil
    )

    private init(
        address: Address,
        ports: ClosedRange<Int>,
        options: [String],
        directive: PlacedDirective?
    ) {
        self.address = address
        self.ports = ports
        self.options = options
        self.directive = directive
    }

    /// Reads a directive; `nil` for one that nginx would refuse.
    init?(_ placed: PlacedDirective) {
        guard let target = placed.arguments.first else { return nil }
        options = Array(placed.arguments.dropFirst())
        directive = placed
        if target.hasPrefix("unix:") {
            address = .unix(String(target.dropFirst("unix:".count)))
            ports = 0...0
            return
        }
        if let ports = Self.ports(target[...]) {
            address = .anyIPv4
            self.ports = ports
            return
        }
        let (host, port) = Self.split(target)
        guard !host.isEmpty, let ports = port.isEmpty ? 80...80 : Self.ports(port) else {
            return nil
        }
        self.ports = ports
        switch host.lowercased() {
        case "*", "0.0.0.0": address = .anyIPv4
        case "[::]": address = .anyIPv6
        case let text: address = .specific(text)
        }
    }

    /// Parts an address from the port behind its last colon that is not in brackets.
    private static func split(_ target: String) -> (host: Substring, port: Substring) {
        let start = target.lastIndex(of: "]") ?? target.startIndex
        guard let colon = target[start...].firstIndex(of: ":") else { return (target[...], "") }
        return (target[..<colon], target[target.index(after: colon)...])
    }

    private static func ports(_ text: Substring) -> ClosedRange<Int>? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard ends.count <= 2, let first = ends[0], let last = ends.last ?? first,
            (1...65535).contains(first), (first...65535).contains(last)
        else { return nil }
        return first...last
    }
}
