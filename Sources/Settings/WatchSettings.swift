/// Where `watch` looks for what is served of a certificate.
package enum WatchSettings: Equatable, Sendable {
    /// Nowhere: what presents it does not begin with TLS, or this host has no way there.
    case off
    /// There, and not at port 443 of its names.
    case at([Place])

    /// How it is written, for people.
    static let form = "off, or [HOST:]PORT, for example 993 or mail.internal:993"

    /// A server that speaks TLS from the first byte.
    package struct Place: Equatable, Sendable, CustomStringConvertible {
        /// Where certificates are looked for of which nothing is said: https.
        package static let usual = Place(host: nil, port: 443)

        /// A name, or an address without brackets; `nil` for the addresses of the certificate's names.
        package let host: String?
        package let port: UInt16

        package init(host: String?, port: UInt16) {
            self.host = host
            self.port = port
        }

        /// Reads `[HOST:]PORT`; `nil` for anything else.
        init?(_ text: String) {
            if let port = Upstream.port(text) {
                self.init(host: nil, port: port)
                return
            }
            guard let server = Upstream(text), !server.isSecure else { return nil }
            let isBracketed = server.host.hasPrefix("[")
            let host = isBracketed ? String(server.host.dropFirst().dropLast()) : server.host
            self.init(host: host, port: server.port)
        }

        package var description: String {
            guard let host else { return "\(port)" }
            return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}
