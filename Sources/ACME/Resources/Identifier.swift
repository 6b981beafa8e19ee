/// What a certificate is asked for.
///
/// Source: RFC 8555 §9.7.7.
package struct Identifier: Codable, Equatable, Sendable {
    /// `dns`, or a type that certctl does not know.
    package let type: String
    package let value: String

    /// The identifier of a host name.
    package static func dns(_ name: DomainName) -> Identifier {
        Identifier(type: "dns", value: name.description)
    }
}
