/// What a service manager has told the process that it started, in variables of its environment.
package struct ServiceManager: Sendable {
    /// The sockets that it has passed on.
    package let activation: SocketActivation
    /// How to tell it of our state.
    package let notifier: ServiceNotifier

    /// No manager at all, or what one has said.
    ///
    /// - Parameter variable: Reads a variable of the environment, which has to be there still.
    package init(environment variable: (String) -> String? = { _ in nil }) {
        activation = SocketActivation(environment: variable)
        notifier = ServiceNotifier(socket: variable("NOTIFY_SOCKET"))
    }
}
