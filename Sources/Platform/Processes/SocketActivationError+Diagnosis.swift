package import Diagnostics

extension SocketActivationError: Diagnosable {
    package var diagnosis: Diagnosis {
        Diagnosis(
            what: "could not take over the sockets that were passed on to certctl",
            why: reason.harmless(limit: 300),
            fix: "compare the socket units with those in certctl's systemd directory, then: "
                + "sudo systemctl restart certctl-http01.service",
            exitCode: .configuration
        )
    }

    private var reason: String {
        switch self {
        case .foreign(let pid): "LISTEN_PID says that they are for process \(pid), not for this one"
        case .malformed(let text): "the variables make no sense: \(text)"
        case .unexpected(let name):
            "there is one named '\(name)'; known are http (one or two), challenge and control, by "
                + "their FileDescriptorName"
        case .unusable(let name, let what): "the one named '\(name)' cannot be used: \(what)"
        }
    }
}
