/// Where to listen: a port, on one address or on all.
package struct Endpoint: Hashable, Sendable {
    /// A numeric IP address; `nil` stands for all addresses of this host, of both families.
    package var address: String?
    /// The TCP port; 0 lets the kernel choose one.
    package var port: UInt16

    /// Names `port` on `address`, by default on all addresses.
    package init(address: String? = nil, port: UInt16) {
        self.address = address
        self.port = port
    }
}

/// What can bind ports of this host, and tell who else did.
package protocol Listener: Sendable {
    /// Binds `endpoint` and listens.
    ///
    /// - Returns: One socket, or for all addresses one a family that this host has; never none.
    ///   All have the same port.
    func listen(at endpoint: Endpoint) throws(ListenError) -> [ListeningSocket]

    /// Tells who listens on a TCP port of this host, on whatever address.
    ///
    /// - Returns: Nothing where that cannot be found out.
    func holders(ofPort port: UInt16) -> [PortHolder]
}

/// Why a port could not be had.
package enum ListenError: Error, Equatable {
    /// Another socket is bound to it.
    case portTaken(UInt16)
    /// It is privileged, and this process may not bind it.
    case permission(UInt16)
    /// This host does not have the address, or the text is not a numeric address.
    case addressNotAvailable(String)
    /// Anything else, by its `errno`.
    case other(Int32)
}
