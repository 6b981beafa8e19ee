import Diagnostics

extension Container {
    /// Reads what `GET /containers/ID/json` answers; `nil` where not even an id is in it.
    ///
    /// `NetworkSettings.IPAddress` and its neighbours are not looked at: API 1.52 has dropped them.
    init?(_ value: EngineValue) {
        guard let id = value["Id"].text, !id.isEmpty else { return nil }
        self.id = id
        let slashed = value["Name"].text ?? id
        name = String(slashed.drop { $0 == "/" }).harmless(limit: 200)
        state = State(value["State"])
        restartCount = value["RestartCount"].number ?? 0
        let config = value["Config"]
        image = (config["Image"].text ?? "").harmless(limit: 300)
        imageID = value["Image"].text ?? ""
        labels = config["Labels"].members.compactMapValues(\.text)
        user = config["User"].text ?? ""
        hasTerminal = config["Tty"].isTrue
        let host = value["HostConfig"]
        networkMode = host["NetworkMode"].text ?? ""
        networks = Self.networks(value["NetworkSettings"]["Networks"])
        publishedPorts = Self.ports(value["NetworkSettings"]["Ports"])
        wantedHostPorts = Self.ports(host["PortBindings"]).map(\.hostPort)
        mounts = Self.mounts(value["Mounts"], inMemory: host["Tmpfs"])
    }

    private static func networks(_ value: EngineValue) -> [Network] {
        value.members.sorted { $0.key < $1.key }.map { name, network in
            let addresses = [network["IPAddress"].text, network["GlobalIPv6Address"].text]
            return Network(name: name, addresses: addresses.compactMap(\.self).filter { $0 != "" })
        }
    }

    /// The TCP ports of `{"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]}`.
    private static func ports(_ value: EngineValue) -> [PublishedPort] {
        let ports = value.members.flatMap { key, bindings -> [PublishedPort] in
            let parts = key.split(separator: "/")
            guard let port = parts.first.flatMap({ UInt16($0) }),
                parts.count == 1 || parts[1] == "tcp"
            else { return [] }
            return bindings.elements.compactMap { binding in
                let number = binding["HostPort"].number.flatMap { UInt16(exactly: $0) }
                guard let number, number > 0 else { return nil }
                let address = binding["HostIp"].text ?? ""
                return PublishedPort(port: port, hostAddress: address, hostPort: number)
            }
        }
        return ports.sorted {
            ($0.port, $0.hostAddress, $0.hostPort) < ($1.port, $1.hostAddress, $1.hostPort)
        }
    }

    private static func mounts(_ value: EngineValue, inMemory: EngineValue) -> [PathMap.Mount] {
        let mounts = value.elements.compactMap { mount -> PathMap.Mount? in
            guard let target = mount["Destination"].text ?? mount["Target"].text else { return nil }
            let type = mount["Type"].text ?? "bind"
            let source = mount["Source"].text ?? ""
            return PathMap.Mount(
                // A volume of a foreign driver has no directory here either.
                source: type != "tmpfs" && source.hasPrefix("/") ? source : nil,
                target: target,
                isWritable: mount["RW"] != .boolean(false)
            )
        }
        // `--tmpfs` is listed apart, and hides what is below it all the same.
        return mounts
            + inMemory.members.keys.sorted().map { target in
                PathMap.Mount(source: nil, target: target, isWritable: true)
            }
    }
}

extension Container.State {
    fileprivate init(_ value: EngineValue) {
        status = Status((value["Status"].text ?? "unknown").harmless(limit: 40))
        exitCode = value["ExitCode"].number ?? 0
        error = (value["Error"].text ?? "").harmless(limit: 500)
        isOutOfMemory = value["OOMKilled"].isTrue
        started = value["StartedAt"].text ?? ""
        pid = value["Pid"].number ?? 0
    }
}

/// One entry of the list of containers.
package struct ContainerSummary: Equatable, Sendable {
    package var id: String
    /// Harmless to print, as the next two.
    package var name: String
    package var image: String
    package var status: Container.State.Status
    package var labels: [String: String]
    /// The TCP ports of the host that are open for it now.
    package var hostPorts: [UInt16]
    package var networkMode: String

    /// Reads an entry of what `GET /containers/json` answers; `nil` without an id.
    init?(_ value: EngineValue) {
        guard let id = value["Id"].text, !id.isEmpty else { return nil }
        self.id = id
        // Links of other containers add names with a second slash.
        let names = value["Names"].texts.map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }
        let name = names.first { !$0.contains("/") } ?? String(id.prefix(12))
        self.name = name.harmless(limit: 200)
        image = (value["Image"].text ?? "").harmless(limit: 300)
        status = Container.State.Status((value["State"].text ?? "unknown").harmless(limit: 40))
        labels = value["Labels"].members.compactMapValues(\.text)
        networkMode = value["HostConfig"]["NetworkMode"].text ?? ""
        hostPorts = value["Ports"].elements.compactMap { port in
            let isTCP = (port["Type"].text ?? "tcp") == "tcp"
            return isTCP ? port["PublicPort"].number.flatMap { UInt16(exactly: $0) } : nil
        }
    }
}
