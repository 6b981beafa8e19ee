package import Platform

/// Why challenges cannot be answered.
package enum HTTP01Error: Error, Equatable {
    /// Others listen on the port; none of them is known where this user may not see them.
    case portTaken(UInt16, holders: [PortHolder])
    /// This process may not bind the port.
    case notPermitted(port: UInt16)
    /// This host does not have the address that was asked for.
    case addressNotAvailable(String)
    /// The kernel refused what the responder needs.
    case responder(SystemCallError)
}
