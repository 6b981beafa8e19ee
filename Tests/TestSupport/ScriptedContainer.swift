/// A container as a test wants an engine to describe it.
package struct ScriptedContainer: Sendable {
    package var id: String
    package var name: String
    package var image = "nginx:1.30"
    package var status = "running"
    package var exitCode = 0
    package var error = ""
    package var started = "2026-11-23T12:00:00.123456789Z"
    package var restartCount = 0
    package var labels: [String: String] = [:]
    package var networkMode = "bridge"
    /// Names of networks, and the address there.
    package var networks = ["bridge": "172.17.0.2"]
    /// Other names that it has in each of them.
    package var aliases: [String] = []
    /// Port inside, address and port of the host.
    package var ports: [(inside: Int, address: String, outside: Int)] = []
    /// Path on the host, path inside.
    package var mounts: [(source: String, target: String)] = []
    package var inMemory: [String] = []
    /// The titles of its processes, numbered from 100; a worker is of the last master before it.
    package var processes = [
        "nginx: master process nginx -g daemon off;", "nginx: worker process",
        "nginx: worker process",
    ]
    package var log: [String] = []
    package var hasTerminal = false
    package var architecture = "amd64"

    /// A running nginx, whose id is made of its name.
    package init(_ name: String) {
        self.name = name
        let digits = name.utf8.map { byte in
            byte < 16 ? "0\(String(byte, radix: 16))" : String(byte, radix: 16)
        }
        id = String((digits.joined() + String(repeating: "0", count: 64)).prefix(64))
    }

    /// Its entry in the list of containers.
    package var summary: String {
        let open = status == "running" ? ports : []
        let ports = open.map { port in
            """
            {"IP":\(json(port.address)),"PrivatePort":\(port.inside),\
            "PublicPort":\(port.outside),"Type":"tcp"}
            """
        }
        return """
            {"Id":\(json(id)),"Names":[\(json("/\(name)"))],"Image":\(json(image)),\
            "State":\(json(status)),"Labels":\(object(labels)),"Ports":[\(list(ports))],\
            "HostConfig":{"NetworkMode":\(json(networkMode))}}
            """
    }

    /// What an engine tells of it alone.
    package var inspection: String {
        let mounts = mounts.map { mount in
            """
            {"Type":"bind","Source":\(json(mount.source)),"Destination":\(json(mount.target)),\
            "Mode":"ro","RW":false,"Propagation":"rprivate"}
            """
        }
        let networks = networks.sorted { $0.key < $1.key }.map { name, address in
            """
            \(json(name)):{"IPAddress":\(json(status == "running" ? address : "")),\
            "Aliases":[\(list(aliases.map(json)))]}
            """
        }
        return """
            {"Id":\(json(id)),"Name":\(json("/\(name)")),"RestartCount":\(restartCount),\
            "Image":"sha256:\(id)","State":{"Status":\(json(status)),\
            "Running":\(["running", "restarting", "paused"].contains(status)),\
            "ExitCode":\(exitCode),"Error":\(json(error)),"OOMKilled":false,\
            "StartedAt":\(json(started)),"Pid":\(status == "running" ? 100 : 0)},\
            "Config":{"Image":\(json(image)),"Labels":\(object(labels)),"User":"",\
            "Tty":\(hasTerminal)},"HostConfig":{"NetworkMode":\(json(networkMode)),\
            "PortBindings":{\(bindings)},"Tmpfs":\(tmpfs)},\
            "NetworkSettings":{"Ports":{\(status == "running" ? bindings : "")},\
            "Networks":{\(list(networks))}},"Mounts":[\(list(mounts))]}
            """
    }

    /// What `top` tells.
    package var table: String {
        var master = 1
        let rows = processes.enumerated().map { number, title in
            let isWorker = title.hasPrefix("nginx: worker")
            if title.hasPrefix("nginx: master") { master = 100 + number }
            return """
                ["root","\(100 + number)","\(isWorker ? master : 1)","0","12:00","?","00:00:00",\
                \(json(title))]
                """
        }
        return """
            {"Titles":["UID","PID","PPID","C","STIME","TTY","TIME","CMD"],\
            "Processes":[\(list(rows))]}
            """
    }

    private var bindings: String {
        let inside = Set(ports.map(\.inside)).sorted()
        return list(
            inside.map { number in
                let hosts = ports.filter { $0.inside == number }.map { port in
                    "{\"HostIp\":\(json(port.address)),\"HostPort\":\"\(port.outside)\"}"
                }
                return "\"\(number)/tcp\":[\(list(hosts))]"
            }
        )
    }

    private var tmpfs: String {
        inMemory.isEmpty ? "null" : "{\(list(inMemory.map { "\(json($0)):\"\"" }))}"
    }

    private func object(_ values: [String: String]) -> String {
        "{\(list(values.sorted { $0.key < $1.key }.map { "\(json($0.key)):\(json($0.value))" }))}"
    }

    private func list(_ parts: [String]) -> String { parts.joined(separator: ",") }

    private func json(_ text: String) -> String { ScriptedEngine.json(text) }
}
