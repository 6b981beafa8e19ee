/// What the engine knows of one container.
package struct Container: Equatable, Sendable {
    /// What it is doing.
    package struct State: Equatable, Sendable {
        /// The engine's word for it.
        package enum Status: Equatable, Sendable {
            case created
            case running
            case paused
            /// It has ended, and the engine is about to start it again.
            case restarting
            case removing
            case exited
            case dead
            case other(String)
        }

        package var status: Status
        /// What its first process ended with last.
        package var exitCode: Int
        /// Why it could not be started, in the engine's words.
        ///
        /// Often empty, and harmless to print.
        package var error: String
        package var isOutOfMemory: Bool
        /// When it was started last, as the engine writes it.
        package var started: String
        /// The number of its first process on the engine's host; 0 where there is none.
        package var pid: Int
    }

    /// A port of the container that the engine has opened on its host.
    package struct PublishedPort: Equatable, Sendable {
        /// The TCP port inside.
        package var port: UInt16
        /// The address on the host; empty where Podman means all of both families.
        package var hostAddress: String
        package var hostPort: UInt16
    }

    /// A network that it is in.
    package struct Network: Equatable, Sendable {
        package var name: String
        /// Its addresses there; none while it does not run.
        package var addresses: [String]
    }

    /// Hexadecimal digits; changes whenever the container is made anew.
    package var id: String
    /// Without the slash that Docker writes before it; harmless to print.
    package var name: String
    package var state: State
    /// How often the engine has started it again by itself.
    package var restartCount: Int
    /// The image as it was asked for; harmless to print.
    package var image: String
    package var imageID: String
    package var labels: [String: String]
    /// The user that its first process begins as; empty for the image's or root.
    package var user: String
    package var hasTerminal: Bool
    /// `bridge`, `host`, `none`, `container:ID` or a network's name.
    package var networkMode: String
    package var networks: [Network]
    package var publishedPorts: [PublishedPort]
    /// The TCP ports of the host that it has when it runs.
    package var wantedHostPorts: [UInt16]
    package var mounts: [PathMap.Mount]

    /// Whether commands can be run in it.
    package var isRunning: Bool { state.status == .running }

    /// Its service in a Compose project, if it is of one.
    package var service: ComposeService? { ComposeService(labels: labels) }
}

extension Container.State.Status: CustomStringConvertible {
    /// Reads the engine's word.
    init(_ text: String) {
        self =
            switch text.lowercased() {
            case "created", "configured", "initialized": .created
            case "running": .running
            case "paused": .paused
            case "restarting": .restarting
            case "removing": .removing
            case "exited", "stopped": .exited
            case "dead": .dead
            default: .other(text)
            }
    }

    package var description: String {
        switch self {
        case .created: "created"
        case .running: "running"
        case .paused: "paused"
        case .restarting: "restarting"
        case .removing: "removing"
        case .exited: "exited"
        case .dead: "dead"
        case .other(let word): word
        }
    }
}

/// The service of a Docker Compose project that a container belongs to, by its labels.
package struct ComposeService: Equatable, Sendable {
    private static let prefix = "com.docker.compose."

    package var project: String
    package var service: String
    /// The project's directory; empty where the label is missing.
    package var directory: String
    /// The absolute paths of its files.
    package var files: [String]
    /// What has made it.
    package var maker: Maker

    /// The programs that read Compose files, which are typed differently.
    package enum Maker: Equatable, Sendable {
        /// `docker compose`.
        case plugin
        /// `docker-compose`, of that version.
        case firstCompose(version: String)
        /// `podman-compose`, which makes nothing anew by itself, and all of a project or nothing.
        case podmanCompose
    }

    /// Reads the labels, which podman-compose sets too; `nil` without project and service.
    init?(labels: [String: String]) {
        guard let project = labels[Self.prefix + "project"],
            let service = labels[Self.prefix + "service"]
        else { return nil }
        self.project = project
        self.service = service
        let directory = labels[Self.prefix + "project.working_dir"] ?? ""
        self.directory = directory
        let version = labels[Self.prefix + "version"] ?? ""
        maker =
            labels["io.podman.compose.version"] != nil
            ? .podmanCompose
            : version.hasPrefix("1.") ? .firstCompose(version: version) : .plugin
        let files = (labels[Self.prefix + "project.config_files"] ?? "").split(separator: ",")
        let start = files.first.map { Self.start(of: directory, with: $0) } ?? directory
        self.files = files.map { file in
            file.hasPrefix("/") || start.isEmpty ? String(file) : "\(start)/\(file)"
        }
    }

    /// Where Compose 1 was run, which names its files from there; the project's directory is the one
    /// that the first of them is in.
    private static func start(of directory: String, with first: Substring) -> String {
        guard let slash = first.lastIndex(of: "/"), slash > first.startIndex,
            directory.hasSuffix("/\(first[..<slash])")
        else { return directory }
        return String(directory.dropLast(first[...slash].count))
    }

    /// Whether the container was made by `docker compose run`, to do something once.
    static func isOneOff(_ labels: [String: String]) -> Bool {
        labels[prefix + "oneoff"]?.lowercased() == "true"
    }
}
