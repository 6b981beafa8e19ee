/// An absolute URL that has been checked byte by byte.
///
/// Everything that a CA names by URL passes through here, so neither another scheme than https nor
/// a user name, a space or a line break can reach the network or a log.
///
/// Source: RFC 3986 §3; RFC 8555 §6.1 (https only).
package struct WebURL: Hashable, Sendable, CustomStringConvertible {
    /// Scheme, host and port: what has to be the same for two URLs to be of one server.
    ///
    /// Source: RFC 6454 §4.
    package struct Origin: Hashable, Sendable {
        /// The host in lower case; an IPv6 address stands in brackets.
        package let host: String
        package let port: UInt16
    }

    /// The URL exactly as it was given: RFC 8555 §6.4 compares it to the letter.
    package let description: String
    package let origin: Origin

    /// Takes `text` as a URL.
    ///
    /// - Returns: `nil` unless it is an absolute https URL of at most 2048 bytes of printable
    ///   ASCII, with a host, without user information and without fragment.
    package init?(_ text: String) {
        let scheme = "https://"
        guard Self.isPlain(text), text.prefix(scheme.count).lowercased() == scheme else {
            return nil
        }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
        guard let origin = Origin(authority: authority) else { return nil }
        self.description = text
        self.origin = origin
    }

    /// Names what a server at a Unix socket has at `path`, by http: nothing leaves this machine.
    ///
    /// - Parameter path: Begins with a slash; a query may follow it.
    /// - Returns: `nil` for anything else, as in ``init(_:)``.
    package static func onLocalSocket(_ path: String) -> WebURL? {
        guard isPlain(path), path.hasPrefix("/") else { return nil }
        return WebURL(
            description: "http://localhost\(path)",
            origin: Origin(host: "localhost", port: 80)
        )
    }

    private init(description: String, origin: Origin) {
        self.description = description
        self.origin = origin
    }

    private static func isPlain(_ text: String) -> Bool {
        text.utf8.count <= 2048 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            && !text.utf8.contains { #""<>\^`{|}#"#.utf8.contains($0) }
    }

    /// Takes the target of a redirect, which may be a path on the server of `base`.
    ///
    /// Source: RFC 9110 §10.2.2; RFC 3986 §4.2 knows more forms, which no CA was seen to use.
    package init?(_ reference: String, from base: WebURL) {
        guard reference.hasPrefix("/"), !reference.hasPrefix("//") else {
            self.init(reference)
            return
        }
        self.init("https://\(base.origin.host):\(base.origin.port)\(reference)")
    }
}

extension WebURL.Origin {
    /// Reads `host`, `host:port` or `[address]:port`.
    fileprivate init?(authority: Substring) {
        let host: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[...end]
            let address = host.dropFirst().dropLast()
            guard !address.isEmpty,
                address.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." })
            else { return nil }
        } else {
            host = authority.prefix { $0 != ":" }
            guard host.allSatisfy({ $0.isLetter || $0.isNumber || "-._".contains($0) }) else {
                return nil
            }
        }
        guard !host.isEmpty, host.utf8.count <= 255 else { return nil }
        let rest = authority[host.endIndex...]
        guard !rest.isEmpty else {
            self.init(host: host.lowercased(), port: 443)
            return
        }
        let digits = rest.dropFirst()
        // Without the look at each digit a sign would pass, which others read otherwise.
        guard rest.first == ":", digits.allSatisfy(\.isNumber), let port = UInt16(digits), port > 0
        else { return nil }
        self.init(host: host.lowercased(), port: port)
    }
}
