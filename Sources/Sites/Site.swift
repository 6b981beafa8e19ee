import ACME
import PKI
package import Settings

/// A site, and the certificate that it is served with.
package struct Site: Equatable, Sendable {
    package let settings: SiteSettings
    /// The name that its certificate has in certctl; no other site has it.
    package let lineage: String
    /// The certificate whose pair nginx is to read; without, only http is answered, and the CA by it.
    ///
    /// Mostly its own; another one that is for its names as long as there is none of its own.
    package let pair: String?

    package init(_ settings: SiteSettings, lineage: String, pair: String?) {
        self.settings = settings
        self.lineage = lineage
        self.pair = pair
    }

    /// A site that is served with its own certificate if `hasPair`.
    package init(_ settings: SiteSettings, lineage: String, hasPair: Bool = true) {
        self.init(settings, lineage: lineage, pair: hasPair ? lineage : nil)
    }

    /// Whether there is key and certificate for nginx to read.
    package var hasPair: Bool { pair != nil }

    /// Its hosts as nginx knows them: an address of IPv6 has brackets there.
    var serverNames: [String] {
        settings.certificate.names.map { name in
            if case .ip(let address) = name, address.isIPv6 {
                "[\(address)]"
            } else {
                name.value
            }
        }
    }

    /// Whether it is asked for by an address too, which no client tells nginx before the
    /// certificate is sent (RFC 6066 §3).
    var hasAddress: Bool {
        settings.certificate.names.contains { name in
            if case .ip = name { true } else { false }
        }
    }

    /// Whether a letter, digit, dot, hyphen or underscore is all that its lineage's name has, and
    /// the first is one of the former two, so that it can stand in a path.
    var isNamedWell: Bool {
        guard let first = lineage.utf8.first, (1...200).contains(lineage.utf8.count) else {
            return false
        }
        return !".-_".utf8.contains(first)
            && lineage.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: ".-_".utf8.contains(byte)
                }
            }
    }
}
