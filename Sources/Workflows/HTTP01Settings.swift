package import ACME
package import Settings

/// How http-01 is answered.
package struct HTTP01Settings: Hashable, Sendable {
    /// The port that CAs ask on.
    ///
    /// Source: RFC 8555 §8.3.
    package static let standardPort: UInt16 = 80

    package var mode: HTTP01Mode
    package var port: UInt16
    /// `nil` for every address.
    package var address: String?
    /// The names of the orders: whom a canary is for.
    package var hosts: [DomainName]

    package init(mode: HTTP01Mode, port: UInt16, address: String?, hosts: [DomainName] = []) {
        self.mode = mode
        self.port = port
        self.address = address
        self.hosts = hosts
    }
}

/// How http-01 shall be answered, as far as an operator has said so.
package struct HTTP01Options: Equatable, Sendable {
    package var mode: HTTP01Mode?
    package var port: UInt16?
    /// One of this machine's addresses, in numbers.
    package var address: Wish<String>?

    package init() {}
}
