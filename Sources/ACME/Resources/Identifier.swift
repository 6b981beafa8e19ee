package import PKI

/// What a certificate is asked for, and an authorization is about.
///
/// Source: RFC 8555 §9.7.7; RFC 8738 §3.
package enum Identifier: Hashable, Sendable {
    case dns(DomainName)
    case ip(IPAddress)
    /// A type that certctl does not know, or a value that is none of its type.
    case other(type: String, value: String)

    /// Takes what an operator wrote: an IP address, or else a host name.
    ///
    /// - Throws: ``DomainNameError`` that names the rule which `text` breaks.
    package init(_ text: String) throws(DomainNameError) {
        if let address = IPAddress(text) {
            self = .ip(address)
        } else {
            self = .dns(try DomainName(text))
        }
    }

    /// The name or address as text.
    package var value: String {
        switch self {
        case .dns(let name): name.description
        case .ip(let address): address.description
        case .other(_, let value): value
        }
    }

    private var type: String {
        switch self {
        case .dns: "dns"
        case .ip: "ip"
        case .other(let type, _): type
        }
    }
}

extension Identifier: CustomStringConvertible {
    package var description: String { value }
}

extension Identifier: Codable {
    private enum Key: String, CodingKey {
        case type
        case value
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let type = try container.decode(String.self, forKey: .type)
        let value = try container.decode(String.self, forKey: .value)
        // A value that breaks the rules of its type is nobody's that we asked for.
        if type == "dns", let name = try? DomainName(value) {
            self = .dns(name)
        } else if type == "ip", let address = IPAddress(value) {
            self = .ip(address)
        } else {
            self = .other(type: type, value: value)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(type, forKey: .type)
        try container.encode(value, forKey: .value)
    }
}

extension [Identifier] {
    /// The host names among them.
    package var hostNames: [DomainName] {
        compactMap { if case .dns(let name) = $0 { name } else { nil } }
    }

    /// The host names among them, as text.
    package var dnsNames: [String] { hostNames.map(\.description) }

    /// The addresses among them.
    package var ipAddresses: [IPAddress] {
        compactMap { if case .ip(let address) = $0 { address } else { nil } }
    }
}
