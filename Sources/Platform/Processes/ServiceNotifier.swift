/// Tells the service manager how far the service is.
///
/// Source: sd_notify(3).
package struct ServiceNotifier: Sendable {
    /// What there is to tell.
    package enum State: String, Sendable {
        /// Whoever waits for the service can go on.
        case ready = "READY=1"
        /// The service is about to end.
        case stopping = "STOPPING=1"
    }

    private let address: LocalAddress?

    /// Makes a notifier for the socket that `NOTIFY_SOCKET` names; `nil` where nobody listens.
    package init(socket: String?) {
        address = socket.flatMap(LocalAddress.init)
    }

    /// Tells the manager; where that fails, it finds out in its own ways.
    package func tell(_ state: State) {
        address?.send(datagram: Array(state.rawValue.utf8))
    }
}
