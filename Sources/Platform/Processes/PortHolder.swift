/// Who listens on a port.
package enum PortHolder: Equatable, Sendable {
    /// A process that this one may look at.
    case process(ListeningProcess)
    /// A process that only root and its own user may look at.
    case hidden(user: UInt32)
}

/// A process that listens; its texts are harmless to print.
package struct ListeningProcess: Equatable, Sendable {
    /// The process's number, as this process sees it.
    package let pid: Int32
    /// The name that the kernel knows it by: at most 15 characters.
    package let program: String
    /// Its arguments with spaces between them, cut where they are long.
    package let command: String
    /// Who has to be asked to stop it.
    package let supervisor: Supervisor

    /// Describes a process; the texts have to be harmless already.
    package init(pid: Int32, program: String, command: String, supervisor: Supervisor) {
        self.pid = pid
        self.program = program
        self.command = command
        self.supervisor = supervisor
    }
}

/// Who started a process and might start it again; its texts can be pasted into a command.
package enum Supervisor: Equatable, Sendable {
    /// A unit of the system's systemd, such as `nginx.service`.
    case unit(String)
    /// The process is in a container; the id is made of hexadecimal digits.
    case container(ContainerEngine, id: String)
    /// The process only forwards to a container of that engine, which publishes the port.
    case publishedBy(ContainerEngine)
    /// systemd itself, which starts some service when somebody connects.
    case socketUnit
    /// None that is known.
    case unknown
}

/// A container engine, by the name of its command.
package enum ContainerEngine: String, Equatable, Sendable, CustomStringConvertible {
    /// Docker, which publishes ports by processes of its own.
    case docker
    /// Podman, whose containers have no daemon above them.
    case podman

    package var description: String { rawValue }
}
