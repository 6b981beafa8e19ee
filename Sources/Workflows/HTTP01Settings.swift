/// How http-01 is answered.
package struct HTTP01Settings: Equatable, Sendable {
    /// What the operator asked for.
    package enum Mode: String, CaseIterable, Sendable {
        /// Whatever fits the machine.
        case auto
        /// Bind the port for the time of the order.
        case standalone
    }

    /// The port that CAs ask on.
    ///
    /// Source: RFC 8555 §8.3.
    package static let standardPort: UInt16 = 80

    package var mode: Mode
    package var port: UInt16
    /// `nil` for every address.
    package var address: String?

    package init(mode: Mode, port: UInt16, address: String?) {
        self.mode = mode
        self.port = port
        self.address = address
    }
}

/// How http-01 shall be answered, as far as an operator has said so.
package struct HTTP01Options: Equatable, Sendable {
    package var mode: HTTP01Settings.Mode?
    package var port: UInt16?
    package var address: ListenAddress?

    package init() {}
}

/// Where to listen for challenges.
package enum ListenAddress: Equatable, Sendable {
    /// Every address of this machine.
    case any
    /// One of them, in numbers.
    case only(String)
}
