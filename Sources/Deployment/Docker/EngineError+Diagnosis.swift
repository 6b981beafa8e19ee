package import Diagnostics

extension EngineError: DeploymentFailure {
    package func diagnosis(before retry: Retry) -> Diagnosis {
        switch self {
        case .unusableHost(let host, let fault):
            Diagnosis(
                what: "DOCKER_HOST names no container engine that certctl can use",
                why: "it is \(host.harmless(limit: 200)), \(fault.reason)",
                fix: "run certctl on the machine of the containers, with "
                    + "DOCKER_HOST=unix:///var/run/docker.sock or without it",
                exitCode: .configuration
            )
        case .noSocket(let paths):
            failure(
                why: "there is no socket at \(paths.joined(separator: ", "))",
                fix: "start it (sudo systemctl start docker, or podman.socket), or name its socket "
                    + "in DOCKER_HOST"
            )
        case .stale(let socket):
            failure(
                why: "the socket \(socket) is left over: nobody listens at it",
                fix: "start the engine: sudo systemctl start docker"
            )
        case .forbidden(let socket):
            failure(
                why: "this user may not use \(socket)",
                fix: "run this as root, or add the user to the group of that socket: "
                    + "sudo usermod -aG docker \"$USER\", then log in again"
            )
        case .noAnswer(let socket, let reason):
            failure(
                why: "\(socket): \(reason.harmless(limit: 300))",
                fix: "see whether it is at work (docker ps), then \(retry.words)"
            )
        case .tooSlow(let socket, let request):
            failure(
                why: "\(socket): no answer in time to \(request)",
                fix: "see whether it is at work (docker ps), then \(retry.words)"
            )
        case .noEngine(let socket, let request, let reason):
            failure(
                why: "whoever listens at \(socket) answers \(request) like no engine: "
                    + reason.harmless(limit: 300),
                fix: "see that \(socket) is the engine's own socket, and what its log says"
            )
        case .tooLong(let request, let limit):
            failure(
                why: "its answer to \(request) is longer than \(limit) bytes",
                fix: "see what answers there: docker ps --all"
            )
        case .refused(let request, let status, let message):
            failure(
                why: "it answers \(request) with status \(status): \(message)",
                fix: "see what the engine's log says, then \(retry.words)"
            )
        case .tooOld(let version, let needed):
            failure(
                why: "it speaks version \(version) of its API, and certctl needs \(needed)",
                fix: "update the container engine"
            )
        case .tooNew(let least, let known):
            failure(
                why: "it speaks its API from version \(least) on, and certctl up to \(known)",
                fix: "update certctl"
            )
        case .commandHangs, .noExitCode, .brokenStream:
            commandDiagnosis(retry)
        }
    }

    private func commandDiagnosis(_ retry: Retry) -> Diagnosis {
        switch self {
        case .commandHangs(let command, let container, let seconds, let said):
            Diagnosis(
                what: "`\(command)` in the container \(container) does not end",
                why: "it took longer than \(seconds) s"
                    + (said.isEmpty ? "" : "; it said: \(said)"),
                fix: "see what it waits for (often a name that cannot be resolved): "
                    + "docker exec \(container) \(command)",
                exitCode: .deployment
            )
        case .noExitCode(let command, let container):
            Diagnosis(
                what: "nobody knows how `\(command)` in the container \(container) ended",
                why: "the engine names no exit code of it",
                fix: "see how it ends: docker exec \(container) \(command); "
                    + "then \(retry.words)",
                exitCode: .deployment
            )
        case .brokenStream(let command, let container, let reason):
            Diagnosis(
                what: "what `\(command)` in the container \(container) said cannot be read",
                why: reason,
                fix: "\(retry.words); if it stays so, see what the engine's log says",
                exitCode: .deployment
            )
        default:
            preconditionFailure("it is about no command")
        }
    }

    private func failure(why: String, fix: String) -> Diagnosis {
        Diagnosis(
            what: "the container engine (Docker or Podman) cannot be used",
            why: why,
            fix: fix,
            exitCode: .deployment
        )
    }
}

extension EngineError.HostFault {
    fileprivate var reason: String {
        switch self {
        case .otherScheme:
            "and certctl reaches only the engine of its own machine, by a Unix socket"
        case .noScheme: "which has no scheme such as unix://"
        case .notAbsolute: "which has no absolute path"
        case .tooLong: "a path of more than 107 bytes, which the system cannot use"
        }
    }
}
