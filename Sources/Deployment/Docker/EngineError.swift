/// What keeps certctl from speaking with the container engine.
package enum EngineError: Error, Equatable {
    /// `DOCKER_HOST` names no socket of this machine.
    case unusableHost(String, HostFault)
    /// None of these sockets exists.
    case noSocket([String])
    /// The socket is there, and nobody listens at it.
    case stale(socket: String)
    case forbidden(socket: String)
    /// No answer, for a reason that the system or libcurl gives.
    case noAnswer(socket: String, reason: String)
    /// It took longer to answer than anything should.
    case tooSlow(socket: String, request: String)
    /// Who listens there says something that no engine says.
    case noEngine(socket: String, request: String, reason: String)
    /// The answer is longer than any that makes sense.
    case tooLong(request: String, limit: Int)
    /// The engine refuses a request; `message` is its own, harmless to print.
    case refused(request: String, status: Int, message: String)
    /// The engine is older than what certctl asks for.
    case tooOld(version: APIVersion, needed: APIVersion)
    /// The engine no longer speaks what certctl speaks.
    case tooNew(least: APIVersion, known: APIVersion)
    /// A command in a container did not end in time; `said` is what it had written until then.
    case commandHangs(command: String, container: String, seconds: Int, said: String)
    /// A command in a container has ended, or not, and the engine does not say how.
    case noExitCode(command: String, container: String)
    /// What a command wrote came in a form that no engine uses, or broke off.
    case brokenStream(command: String, container: String, reason: String)

    /// Why `DOCKER_HOST` cannot be used.
    package enum HostFault: Equatable, Sendable {
        /// Another scheme, as tcp or ssh.
        case otherScheme
        case noScheme
        case notAbsolute
        /// Longer than the kernel takes.
        case tooLong
    }

    /// Whether the engine says that there is no such thing.
    var isNotFound: Bool {
        if case .refused(_, 404, _) = self { true } else { false }
    }

    /// Whether the engine refuses what the container's state does not allow; Podman says 500 for it.
    var isAboutState: Bool {
        if case .refused(_, let status, _) = self {
            [404, 409, 500].contains(status)
        } else {
            false
        }
    }
}
