/// Why the nginx that serves the sites cannot be reached, or cannot be asked to do something.
///
/// The texts in a case are harmless to print.
package enum DeploymentError: Error, Equatable {
    /// No container is what was asked for; `existing` describes those that there are.
    case noContainer(wanted: String, existing: [String], similar: String?)
    /// Several containers are what was asked for.
    case severalContainers(wanted: String, found: [String])
    /// The container has gone since it was found.
    case containerGone(String)
    /// The container does not run.
    case notRunning(ContainerTrouble)
    /// Nothing in the container is a master process of nginx.
    case noMaster(container: String, processes: [String])
    /// The container has no program of that name.
    case noProgram(container: String, program: String, reason: String)
    /// nginx could not be asked to reload, or not to say what it is; `lines` is what it said.
    case nginxFailed(place: String, command: String, lines: [String])
    /// nginx's program did not end in time.
    case nginxHangs(place: String, command: String, seconds: Int, lines: [String])
    /// The host has no program `nginx`.
    case noHostProgram(tried: [String])
    /// The host's nginx does not run.
    case hostNotRunning
    /// What looks like an nginx of the host belongs to another user, or is another program.
    case foreignMasters([String])
    /// Several nginx run on the host, and none of them is the one that listens.
    case severalMasters([String])
    /// The system lets certctl not start or signal the host's nginx.
    case notPermitted(action: String, reason: String)
    /// The configuration is longer than certctl reads.
    case dumpTooLong(place: String, limit: Int)

    /// Whether it is that the nginx in question does not run, or is not there at all.
    package var isOfStopped: Bool {
        switch self {
        case .notRunning, .hostNotRunning, .noHostProgram, .noContainer, .containerGone: true
        // What runs are others'.
        case .foreignMasters: true
        case .severalContainers, .noMaster, .noProgram, .nginxFailed, .nginxHangs, .severalMasters,
            .notPermitted, .dumpTooLong:
            false
        }
    }
}
