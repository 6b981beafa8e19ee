import TestSupport
import Testing

@testable import Deployment

@Suite struct ComposeOverrideTests {
    private let volumes = [
        ComposeOverride.Volume(source: "/var/lib/certctl/tls", target: "/var/lib/certctl/tls"),
        ComposeOverride.Volume(source: "/srv/my $x \"conf\"", target: "/etc/nginx/conf.d"),
    ]

    private func override(
        files: String?,
        directory: String = "/srv/shop",
        version: String = "2.20.2",
        absent: [String] = []
    ) throws -> ComposeOverride {
        let container = try container(files: files, directory: directory, version: version)
        return ComposeOverride(for: container, missing: volumes, absent: absent)
    }

    private func container(
        files: String?,
        directory: String = "/srv/shop",
        version: String = "2.20.2"
    ) throws -> Container {
        var scripted = ScriptedContainer("shop-proxy-1")
        if let files {
            scripted.labels = [
                "com.docker.compose.project": "shop", "com.docker.compose.service": "proxy",
                "com.docker.compose.project.working_dir": directory,
                "com.docker.compose.project.config_files": files,
                "com.docker.compose.version": version,
            ]
        }
        let value = try #require(EngineValue(Array(scripted.inspection.utf8)))
        return try #require(Container(value))
    }

    @Test func `the file adds what is missing, and nothing else`() throws {
        let file = try #require(try override(files: "/srv/shop/compose.yaml").file)
        #expect(file.path == "/srv/shop/compose.override.yaml")
        #expect(
            file.text == """
                # What certctl needs nginx to see; Compose adds it to what the service has.
                services:
                  "proxy":
                    volumes:
                      - type: bind
                        source: "/var/lib/certctl/tls"
                        target: "/var/lib/certctl/tls"
                        read_only: true
                      - type: bind
                        source: "/srv/my $$x \\"conf\\""
                        target: "/etc/nginx/conf.d"
                        read_only: true

                """
        )
    }

    @Test func `beside a file of the usual name Compose finds it by itself`() throws {
        let override = try override(files: "/srv/shop/docker-compose.yml")
        #expect(
            override.steps.last
                == "docker compose --project-directory /srv/shop -p shop up -d proxy"
        )
    }

    @Test(arguments: ["/srv/shop/prod.yaml", "/srv/shop/compose.yaml,/srv/shop/prod.yaml"])
    func `beside other files it has to be named, after them`(files: String) throws {
        let override = try override(files: files)
        #expect(override.file?.path == "/srv/shop/compose.certctl.yaml")
        let named = files.split(separator: ",").map { "-f \($0) " }.joined()
        #expect(
            override.steps.last == "docker compose --project-directory /srv/shop -p shop \(named)"
                + "-f /srv/shop/compose.certctl.yaml up -d proxy"
        )
    }

    @Test(arguments: [
        ("docker-compose.yml", ""), ("shop/docker-compose.yml", ""),
        ("shop/prod.yml,shop/more.yml", "-f /srv/shop/prod.yml -f /srv/shop/more.yml "),
        ("../shop/prod.yml", "-f /srv/shop/../shop/prod.yml "),
    ])
    func `Compose 1 is another program, and names its files from where it was run`(
        files: String,
        named: String
    ) throws {
        let override = try override(files: files, version: "1.29.2")
        let own = named.isEmpty ? "" : "-f /srv/shop/compose.certctl.yaml "
        #expect(
            override.steps.last == "docker-compose --project-directory /srv/shop -p shop "
                + named + own + "up -d proxy"
        )
    }

    @Test func `to a Compose before 1.27 a file without its version is another one`() throws {
        let old = try override(files: "compose.yaml", version: "1.25.0").steps
        #expect(old.first?.contains("compose.override.yaml, below a line `version:`") == true)
        let new = try override(files: "compose.yaml", version: "1.27.0").steps
        #expect(new.first?.contains("version:") == false)
    }

    @Test func `podman-compose is told all files, and makes all of the project anew`() throws {
        var container = try container(files: "compose.yaml", version: "")
        container.labels["io.podman.compose.version"] = "1.0.3"
        let override = ComposeOverride(for: container, missing: volumes, tool: "podman")
        #expect(
            override.steps.last == "podman-compose -p shop -f /srv/shop/compose.yaml "
                + "-f /srv/shop/compose.override.yaml up -d --force-recreate"
        )
    }

    @Test func `what is not there yet is made before Compose is run`() throws {
        let steps = try override(files: "/srv/shop/compose.yaml", absent: ["/srv/a b"]).steps
        #expect(steps.count == 3)
        #expect(steps[1] == "mkdir -p '/srv/a b'")
        #expect(try override(files: nil, absent: ["/srv/a"]).steps.first == "mkdir -p /srv/a")
    }

    @Test func `a directory for sites is proposed beside the project's files`() throws {
        let container = try container(files: "/srv/shop/compose.yaml")
        #expect(ComposeOverride.sitesDirectory(for: container) == "/srv/shop/certctl-sites")
        let plain = try self.container(files: nil)
        #expect(ComposeOverride.sitesDirectory(for: plain) == "/srv/shop-proxy-1/certctl-sites")
    }

    @Test func `a directory with spaces is one word`() throws {
        let override = try override(files: "/s/it's a/compose.yaml", directory: "/s/it's a")
        #expect(
            override.steps.last
                == #"docker compose --project-directory '/s/it'\''s a' -p shop up -d proxy"#
        )
    }

    @Test func `without Compose the options are told`() throws {
        let override = try override(files: nil)
        #expect(override.file == nil)
        #expect(
            override.steps.last == "-v /var/lib/certctl/tls:/var/lib/certctl/tls:ro "
                + #"-v '/srv/my $x "conf":/etc/nginx/conf.d:ro'"#
        )
    }
}
