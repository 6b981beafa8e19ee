package import Platform

/// Why challenges cannot be answered.
package enum HTTP01Error: Error, Equatable {
    /// Others listen on the port; none of them is known where this user may not see them.
    case portTaken(UInt16, holders: [PortHolder])
    /// Others hold the port, and do not pass challenges on to the socket at `socket`.
    case portHeld(UInt16, holders: [PortHolder], socket: String)
    /// This process may not bind the port.
    case notPermitted(port: UInt16)
    /// The same, of the user whom an installed store belongs to: what the timer runs as.
    case ownerNotPermitted(port: UInt16)
    /// This host does not have the address that was asked for.
    case addressNotAvailable(String)
    /// The kernel refused what the responder needs.
    case responder(SystemCallError)
    /// A Unix socket of ours cannot be had.
    case socket(path: String, LocalListenError)
    /// No service listens at `path`, or it does not answer.
    case noService(path: String, SystemCallError)
    /// The service at `path` listens, and refuses.
    case refusedByService(path: String, String)
    /// The directory that a web server serves cannot be used.
    case webroot(directory: String, reason: String)
    /// A file that certctl did not make stands where an answer has to be.
    case webrootFileExists(path: String)
}

extension HTTP01Error {
    /// Whether another certctl is in the way that answers for an order, and will be gone with it.
    package var isOfAnotherOrder: Bool {
        switch self {
        case .portTaken(_, let holders), .portHeld(_, let holders, _):
            !holders.isEmpty && holders.allSatisfy(\.isOrder)
        case .socket(_, .inUse):
            true
        case .notPermitted, .ownerNotPermitted, .addressNotAvailable, .responder, .socket,
            .noService,
            .refusedByService, .webroot, .webrootFileExists:
            false
        }
    }
}

extension PortHolder {
    /// The program's name as the kernel tells it.
    private static let certctl = "certctl"

    /// Whether it is a certctl that answers for an order, and no service.
    var isOrder: Bool {
        guard case .process(let process) = self else { return false }
        return process.program == Self.certctl && !isService
    }

    /// Whether it is the responder's service.
    var isService: Bool {
        guard case .process(let process) = self else { return false }
        return process.program == Self.certctl
            && process.command.split(separator: " ").contains("respond")
    }
}
