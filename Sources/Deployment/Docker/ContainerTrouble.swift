/// Why a container does not run, as far as the engine and the container itself tell.
package struct ContainerTrouble: Equatable, Sendable {
    package let container: String
    package let status: Container.State.Status
    package let exitCode: Int
    package let restartCount: Int
    /// Why the engine could not start it; often empty.
    package let error: String
    /// The last lines that it has written which say that something is wrong, or just the last ones,
    /// with the paths of the host.
    package let lines: [String]
    /// What it comes down to, if that is one of the known ways.
    package let trouble: NginxTrouble?
    /// What it sees of this host.
    package let paths: PathMap
    /// The command of its engine: `docker` or `podman`.
    package let tool: String
    /// The processors of the image and of the engine's host, where they differ.
    package let architectures: Architectures?

    private let inspected: Container

    /// The file that it misses, or the certificate or key that it cannot use, by the path that it has there.
    package var missedFile: String? {
        switch trouble {
        case .missingFile(let path)?, .certificate(let path)?: path
        default: nil
        }
    }

    /// Tells how to let it see `volumes`, which it does not see now; `absent` are those of their
    /// sources that are not on this host yet.
    package func override(
        adding volumes: [ComposeOverride.Volume],
        absent: [String]
    ) -> ComposeOverride {
        ComposeOverride(for: inspected, missing: volumes, absent: absent, tool: tool)
    }

    /// For which processor an image was built, and which there is.
    package struct Architectures: Equatable, Sendable {
        package let image: String
        package let host: String

        /// `nil` where both are the same, by whatever name, or one is not known.
        init?(image: String, host: String) {
            let (one, other) = (Self.plain(image), Self.plain(host))
            guard !one.isEmpty, !other.isEmpty, one != other else { return nil }
            self.image = one
            self.host = other
        }

        /// Go's name for what the kernel calls otherwise.
        private static func plain(_ name: String) -> String {
            switch name {
            case "x86_64": "amd64"
            case "aarch64": "arm64"
            case "armv7l", "armv6l", "armhf": "arm"
            case "i386", "i686": "386"
            default: name
            }
        }
    }

    /// Whether it was told to stop: it has ended well, or was killed where it took too long for that.
    var wasStopped: Bool {
        status == .exited && [0, 137].contains(exitCode) && trouble == nil && error.isEmpty
    }

    /// Explains a container by what was found out about it: `log` is the end of what it has
    /// written, oldest line first.
    init(
        _ container: Container,
        log: [String],
        paths: PathMap,
        architectures: Architectures?,
        tool: String
    ) {
        let state = container.state
        self.tool = tool
        self.paths = paths
        self.container = container.name
        inspected = container
        status = state.status
        exitCode = state.exitCode
        restartCount = container.restartCount
        error = state.error
        self.architectures = architectures
        // What went wrong with a request has ended nothing.
        let log = log.filter { line in !(NginxMessage(line)?.isOfRequest ?? false) }
        let messages = log.compactMap { NginxMessage($0) }.filter(\.level.isSerious)
        // What starts again and again says the same each time.
        let words = Self.last(3, of: messages.map { $0.explained(by: paths) })
        lines = words.isEmpty ? Self.last(3, of: log) : words
        let causes = [error].compactMap { NginxTrouble(in: $0) }
        let told = log.reversed().compactMap { NginxTrouble(in: $0) }
        trouble = state.isOutOfMemory ? .outOfMemory : (causes + told).first
    }

    /// The last so many that differ, the one that was said last at the end.
    private static func last(_ count: Int, of lines: [String]) -> [String] {
        var last: [String] = []
        for line in lines.reversed() where last.count < count && !last.contains(line) {
            last.append(line)
        }
        return last.reversed()
    }
}
