/// What a service manager has told the process that it started, in variables of its environment.
package struct ServiceManager: Sendable {
    /// The sockets that it has passed on.
    package let activation: SocketActivation
    /// How to tell it of our state.
    package let notifier: ServiceNotifier
    /// The stream that it has connected standard output or standard error to, if it is the journal's.
    package let journal: JournalStream?

    /// No manager at all, or what one has said.
    ///
    /// - Parameter variable: Reads a variable of the environment, which has to be there still.
    package init(environment variable: (String) -> String? = { _ in nil }) {
        activation = SocketActivation(environment: variable)
        notifier = ServiceNotifier(socket: variable("NOTIFY_SOCKET"))
        journal = variable("JOURNAL_STREAM").flatMap(JournalStream.init)
    }
}
