import TestSupport
import Testing

@testable import Deployment

@Suite struct ContainerTests {
    private func container(_ text: String) throws -> Container {
        let value = try #require(EngineValue(Array(text.utf8)))
        return try #require(Container(value))
    }

    @Test func `a container of Docker is read`() throws {
        var scripted = ScriptedContainer("web")
        scripted.ports = [(80, "0.0.0.0", 8080), (80, "::", 8080), (443, "10.0.0.1", 443)]
        scripted.mounts = [("/srv/conf.d/", "/etc/nginx/conf.d")]
        scripted.inMemory = ["/run"]
        scripted.labels = [
            "com.docker.compose.project": "shop", "com.docker.compose.service": "proxy",
            "com.docker.compose.project.working_dir": "/srv/shop",
            "com.docker.compose.project.config_files": "/srv/shop/a.yaml,b.yaml",
        ]
        let container = try container(scripted.inspection)
        #expect(container.name == "web")
        #expect(container.isRunning)
        #expect(container.publishedPorts.map(\.hostAddress) == ["0.0.0.0", "::", "10.0.0.1"])
        #expect(container.publishedPorts.map(\.port) == [80, 80, 443])
        #expect(
            container.mounts == [
                .init(source: "/srv/conf.d", target: "/etc/nginx/conf.d", isWritable: false),
                .init(source: nil, target: "/run", isWritable: true),
            ]
        )
        #expect(container.networks == [.init(name: "bridge", addresses: ["172.17.0.2"])])
        #expect(container.service?.files == ["/srv/shop/a.yaml", "/srv/shop/b.yaml"])
    }

    @Test func `a container of Podman is read`() throws {
        let container = try container(
            """
            {"Id":"abc","Name":"web","Image":"sha256:1","RestartCount":0,
            "State":{"Status":"running","Running":true,"Pid":7,"Error":"","StartedAt":"x"},
            "Config":{"Image":"nginx","Labels":null},
            "HostConfig":{"NetworkMode":"shop_default","PortBindings":
            {"80/tcp":[{"HostIp":"","HostPort":"80"}]},"Tmpfs":{}},
            "NetworkSettings":{"Ports":{"80/tcp":[{"HostIp":"","HostPort":"80"}],"443/tcp":null,
            "53/udp":[{"HostIp":"","HostPort":"53"}]},"Networks":{"shop_default":
            {"IPAddress":"10.89.0.2","GlobalIPv6Address":"fd00::2"}}},
            "Mounts":[{"Type":"volume","Name":"v","Source":"/var/lib/v/_data",
            "Destination":"/data","RW":true},{"Type":"tmpfs","Source":"tmpfs",
            "Destination":"/tmp"}]}
            """
        )
        #expect(container.name == "web")
        #expect(container.labels.isEmpty)
        #expect(container.service == nil)
        #expect(container.publishedPorts == [.init(port: 80, hostAddress: "", hostPort: 80)])
        #expect(container.networks[0].addresses == ["10.89.0.2", "fd00::2"])
        #expect(container.mounts.map(\.source) == ["/var/lib/v/_data", nil])
    }

    @Test func `a newer API without the old addresses is read`() throws {
        let container = try container(
            """
            {"Id":"abc","Name":"/web","State":{"Status":"exited","ExitCode":137,"OOMKilled":true},
            "NetworkSettings":{"Ports":{},"Networks":{"a":{"IPAddress":""}}},"New":{"x":[1]}}
            """
        )
        #expect(container.state.status == .exited)
        #expect(container.state.exitCode == 137)
        #expect(container.state.isOutOfMemory)
        #expect(container.networks[0].addresses.isEmpty)
    }

    @Test func `names cannot carry what a terminal would obey`() throws {
        let container = try container(#"{"Id":"a","Name":"/we\u001b[2Jb","State":{"Error":"\n!"}}"#)
        #expect(container.name == "we·[2Jb")
        #expect(container.state.error == " !")
    }

    @Test func `what has no id is no container`() throws {
        #expect(Container(try #require(EngineValue(Array("{}".utf8)))) == nil)
        #expect(Container(try #require(EngineValue(Array("[]".utf8)))) == nil)
        #expect(ContainerSummary(.null) == nil)
    }

    @Test func `an entry of the list is read`() throws {
        var scripted = ScriptedContainer("web")
        scripted.ports = [(80, "0.0.0.0", 8080)]
        let value = try #require(EngineValue(Array(scripted.summary.utf8)))
        let summary = try #require(ContainerSummary(value))
        #expect(summary.name == "web")
        #expect(summary.status == .running)
        #expect(summary.hostPorts == [8080])
        let linked = #"{"Id":"a","Names":["/app/web","/web"],"Ports":null}"#
        let other = try #require(EngineValue(Array(linked.utf8)))
        #expect(ContainerSummary(other)?.name == "web")
    }
}
