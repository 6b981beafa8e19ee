package import Diagnostics

extension DeploymentError: DeploymentFailure {
    package func diagnosis(before retry: Retry) -> Diagnosis {
        switch self {
        case .noContainer, .severalContainers, .containerGone, .noMaster, .noProgram:
            containerDiagnosis(retry)
        case .notRunning(let trouble):
            trouble.diagnosis(before: retry)
        case .nginxFailed(let place, let command, let lines):
            Diagnosis(
                what: "\(place) refuses `\(command)`",
                why: Self.words(lines),
                fix: "correct what it says, then \(retry.words)",
                exitCode: .deployment
            )
        case .nginxHangs(let place, let command, let seconds, let lines):
            Diagnosis(
                what: "`\(command)` of \(place) does not end",
                why: "it took longer than \(seconds) s" + Self.tail(lines),
                fix: "see what it waits for, often a name that cannot be resolved; "
                    + "then \(retry.words)",
                exitCode: .deployment
            )
        case .dumpTooLong(let place, let limit):
            Diagnosis(
                what: "the configuration of \(place) cannot be read",
                why: "`nginx -T` writes more than \(limit) bytes",
                fix: "move long lists, as of addresses, out of the configuration",
                exitCode: .deployment
            )
        case .noHostProgram, .hostNotRunning, .foreignMasters, .severalMasters, .notPermitted:
            hostDiagnosis(retry)
        }
    }

    private func containerDiagnosis(_ retry: Retry) -> Diagnosis {
        switch self {
        case .noContainer(let wanted, let existing, let similar):
            Diagnosis(
                what: "there is no \(wanted)",
                why: existing.isEmpty
                    ? "the engine has no containers at all"
                    : "the containers are: \(existing.joined(separator: ", "))",
                // Whoever is told of a name has one in certctl.conf, and then no label counts.
                fix: (similar.map { "was \($0) meant? " } ?? "") + Self.namingFix,
                exitCode: .deployment
            )
        case .severalContainers(let wanted, let found):
            Diagnosis(
                what: "more than one container is \(wanted)",
                why: "these are: \(found.joined(separator: ", "))",
                fix:
                    "stop or remove all but one, or \(Self.namingFix); without proxy there the label "
                    + "\(ContainerFinder.label) tells it, too",
                exitCode: .deployment
            )
        case .containerGone(let name):
            Diagnosis(
                what: "the container \(name) went away while certctl was at work",
                why: "the engine no longer has it; it may have been made anew meanwhile",
                fix: retry.words,
                exitCode: .deployment
            )
        case .noMaster(let container, let processes):
            Diagnosis(
                what: "no nginx runs in the container \(container)",
                why: "its processes are: \(processes.joined(separator: "; "))",
                fix: "name the container that nginx runs in: proxy NAME in certctl.conf",
                exitCode: .deployment
            )
        case .noProgram(let container, let program, let reason):
            Diagnosis(
                what: "the container \(container) has no program \(program)",
                why: reason,
                fix: "name the container that nginx runs in: proxy NAME in certctl.conf",
                exitCode: .deployment
            )
        default:
            preconditionFailure("it is about no container")
        }
    }

    private func hostDiagnosis(_ retry: Retry) -> Diagnosis {
        switch self {
        case .noHostProgram(let tried):
            Diagnosis(
                what: "there is no nginx on this host",
                why: "none runs, and there is no \(tried.joined(separator: ", "))",
                fix: "install it (sudo apt-get install nginx), or name the container that it runs "
                    + "in: proxy NAME in certctl.conf",
                exitCode: .deployment
            )
        case .hostNotRunning:
            Diagnosis(
                what: "the nginx of this host does not run",
                why: "no process is a master process of nginx",
                fix: "sudo systemctl start nginx; if it does not start: sudo nginx -t",
                exitCode: .deployment
            )
        case .foreignMasters(let commands):
            Diagnosis(
                what: "no nginx of this host can be trusted",
                why:
                    "certctl runs the program of the master process to ask for its configuration, and does so "
                    + "only for one called nginx, of root and its group or of its own user: "
                    + commands.joined(separator: "; "),
                fix: "start nginx as root (sudo systemctl start nginx) or in a container, then "
                    + retry.words,
                exitCode: .deployment
            )
        case .severalMasters(let commands):
            Diagnosis(
                what: "more than one nginx runs on this host",
                why: "and not exactly one of them listens on port 80 or 443: "
                    + commands.joined(separator: "; "),
                fix: "stop all but the one that serves the sites, then \(retry.words)",
                exitCode: .deployment
            )
        case .notPermitted(let action, let reason):
            Diagnosis(
                what: "certctl may not \(action)",
                why: reason,
                fix: "run this as root" + (retry.command.map { ": sudo \($0)" } ?? ""),
                exitCode: .deployment
            )
        default:
            preconditionFailure("it is not about the host")
        }
    }

    private static let namingFix =
        "name it by proxy NAME or compose:PROJECT/SERVICE in certctl.conf"

    private static func words(_ lines: [String]) -> String {
        lines.isEmpty ? "it says nothing" : lines.joined(separator: "; ")
    }

    private static func tail(_ lines: [String]) -> String {
        lines.isEmpty ? "" : "; it said: \(lines.joined(separator: "; "))"
    }
}

extension ContainerTrouble {
    /// What is wrong with the container, in its own words.
    func diagnosis(before retry: Retry) -> Diagnosis {
        Diagnosis(
            what: "the container \(container) \(condition)",
            why: reasons.isEmpty ? "it says nothing" : reasons.joined(separator: "; "),
            fix: fix(before: retry),
            exitCode: .deployment
        )
    }

    private var condition: String {
        switch status {
        case .paused: "is paused"
        case .running where restartCount == 0: "has only just been started, or is about to end"
        case .restarting, .running: "starts again and again (\(restartCount) times so far)"
        case .created: "was made and could not be started"
        default: "does not run (\(status), exit code \(exitCode))"
        }
    }

    private var reasons: [String] {
        var reasons: [String] = []
        if let architectures {
            reasons.append(
                "its image is for \(architectures.image), this machine is \(architectures.host)"
            )
        }
        if trouble == .outOfMemory { reasons.append("the kernel ended it for want of memory") }
        if !error.isEmpty { reasons.append(error) }
        if wasStopped { return reasons + ["it was stopped"] }
        return status == .paused ? reasons + ["somebody has paused it"] : reasons + lines
    }

    private func fix(before retry: Retry) -> String {
        let again = "then \(retry.words)"
        if status == .paused { return "\(tool) unpause \(container), \(again)" }
        if architectures != nil || trouble == .wrongArchitecture {
            return "build or pull the image for this machine's processor (docker buildx build "
                + "--platform, or platform: in the compose file), \(again)"
        }
        if wasStopped { return "\(tool) start \(container), \(again)" }
        switch trouble {
        case .portTaken:
            return "see who has the port (sudo ss -ltnp), stop that, \(tool) start \(container), "
                + again
        case .unknownUpstream(let name):
            return "start the container that \(name.harmless(limit: 200)) names, in a network that "
                + "both share, \(again)"
        case .certificate(let path), .missingFile(let path), .forbidden(let path):
            return "see that \(path.harmless(limit: 300)) is there, mounted and readable in the "
                + "container, \(tool) start \(container), \(again)"
        case .unreadablePair(let path):
            return
                "have \(path.harmless(limit: 300)) readable for the group that nginx runs as in it, "
                + "by its number on this host: tls_group GID; in certctl.conf, "
                + "run: \(retry == .apply ? "certctl apply" : "certctl deploy --force"), "
                + "\(tool) restart \(container), \(again)"
        case .keyMismatch, .unknownDirective, .duplicateDirective:
            return "correct the configuration, \(tool) start \(container), \(again)"
        case .missingProgram:
            return "see the command and the image of the container, \(again)"
        case .outOfMemory:
            return "give it more memory, \(tool) start \(container), \(again)"
        case .wrongArchitecture, nil:
            return "see \(tool) logs --tail 50 \(container), \(tool) start \(container), \(again)"
        }
    }
}
