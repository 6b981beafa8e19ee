import Nginx

/// What has to be changed so that a container sees what it has to see, and what to type then.
package struct ComposeOverride: Equatable, Sendable {
    /// One thing that a container has to see.
    package struct Volume: Equatable, Sendable {
        package let source: String
        package let target: String

        /// Something of the host; the container never has to write to it.
        package init(source: String, target: String) {
            self.source = source
            self.target = target
        }
    }

    /// The file to write and its whole text; `nil` for a container that Compose did not make.
    package let file: File?
    /// What to do in words, one step a line; commands stand in them as they are to be typed.
    package let steps: [String]

    /// A file for Compose.
    package struct File: Equatable, Sendable {
        /// An absolute path.
        package let path: String
        package let text: String
    }

    private static let usualFiles = [
        "compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml",
    ]

    /// Tells how to mount `volumes`, which are missing, into a container.
    ///
    /// - Parameters:
    ///   - container: The container.
    ///   - volumes: What it does not see.
    ///   - absent: The sources among them that are not on this host yet.
    ///   - tool: The command of its engine, for a container that Compose did not make.
    package init(
        for container: Container,
        missing volumes: [Volume],
        absent: [String] = [],
        tool: String = "docker"
    ) {
        // Compose refuses to mount what is not there.
        let making = (["mkdir", "-p"] + absent).map(Self.shellWord).joined(separator: " ")
        let first = absent.isEmpty ? [] : [making]
        guard let service = container.service, service.directory.hasPrefix("/") else {
            file = nil
            let options = volumes.map { "-v \(Self.shellWord("\($0.source):\($0.target):ro"))" }
            let name = Self.shellWord(container.name)
            steps =
                first + [
                    "make the container \(container.name) anew with these options added to the ones "
                        + "that it has (\(tool) inspect \(name) shows them):",
                    options.joined(separator: " "),
                ]
            return
        }
        let isUsual =
            service.files.count == 1
            && Self.usualFiles.contains { service.files == ["\(service.directory)/\($0)"] }
        // Compose reads an override file by itself beside a file of its usual name, alone.
        let path = "\(service.directory)/compose.\(isUsual ? "override" : "certctl").yaml"
        file = File(path: path, text: Self.text(service.service, volumes))
        let place = Self.place(in: service)
        let command = Self.command(for: service, isUsual: isUsual, path)
            .map(Self.shellWord).joined(separator: " ")
        steps =
            isUsual
            ? ["write this to \(path)\(place), or add it there:"] + first + [command]
            : [
                "write this to \(path)\(place), and name that file whenever Compose is run "
                    + "(or add the lines to a file of yours):"
            ] + first + [command]
    }

    /// What to type so that the container is made anew with the file at `path`.
    private static func command(
        for service: ComposeService,
        isUsual: Bool,
        _ path: String
    ) -> [String] {
        let files = (service.files + [path]).flatMap { ["-f", $0] }
        let end = ["up", "-d", service.service]
        let project = ["--project-directory", service.directory, "-p", service.project]
        switch service.maker {
        case .plugin: return ["docker", "compose"] + project + (isUsual ? [] : files) + end
        case .firstCompose: return ["docker-compose"] + project + (isUsual ? [] : files) + end
        case .podmanCompose:
            return ["podman-compose", "-p", service.project] + files
                + ["up", "-d", "--force-recreate"]
        }
    }

    /// Where in the file the text has to stand.
    ///
    /// Source: Compose's changelog, 1.27.0: before, a file without its `version` was of another form
    /// than one with it.
    private static func place(in service: ComposeService) -> String {
        guard case .firstCompose(let text) = service.maker, let version = DottedVersion(text),
            version < DottedVersion([1, 27])
        else { return "" }
        return ", below a line `version:` as in your own file"
    }

    /// A directory to propose for sites, where the container mounts none.
    package static func sitesDirectory(for container: Container) -> String {
        if let service = container.service, service.directory.hasPrefix("/") {
            return "\(service.directory)/certctl-sites"
        }
        return "/srv/\(container.name)/certctl-sites"
    }

    private static func text(_ service: String, _ volumes: [Volume]) -> String {
        var lines = [
            "# What certctl needs nginx to see; Compose adds it to what the service has.",
            "services:",
            "  \(quoted(service)):",
            "    volumes:",
        ]
        for volume in volumes {
            lines += [
                "      - type: bind",
                "        source: \(quoted(volume.source))",
                "        target: \(quoted(volume.target))",
                "        read_only: true",
            ]
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// A text for YAML, with Compose's own variables kept from being seen in it.
    ///
    /// Source: YAML 1.2.2 §7.3.1, whose double-quoted form has JSON's escapes.
    private static func quoted(_ text: String) -> String {
        let dollars = text.split(separator: "$", omittingEmptySubsequences: false)
        return "\"\(dollars.joined(separator: "$$").escapedForJSON)\""
    }

    /// A word for a shell.
    static func shellWord(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "-._/:=@%+,".utf8.contains(byte)
            }
        }
        if isPlain, !text.isEmpty { return text }
        let parts = text.split(separator: "'", omittingEmptySubsequences: false)
        return "'" + parts.joined(separator: "'\\''") + "'"
    }
}
