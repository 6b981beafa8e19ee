import Testing

@testable import Platform

/// cgroups(7): who has to be asked to stop a process.
@Suite struct ControlGroupTests {
    private static let id = String(repeating: "0123456789abcdef", count: 4)

    @Test(
        arguments: [
            ("0::/system.slice/docker-\(id).scope\n", Supervisor.container(.docker, id: id)),
            ("0::/docker/\(id)\n", .container(.docker, id: id)),
            (
                "12:pids:/docker/\(id)\n0::/system.slice/containerd.service\n",
                .container(.docker, id: id)
            ),
            (
                "0::/system.slice/docker-\(id).scope/system.slice/nginx.service",
                .container(.docker, id: id)
            ),
            ("0::/machine.slice/libpod-\(id).scope/container\n", .container(.podman, id: id)),
            ("0::/user.slice/user-1000.slice/libpod-\(id).scope", .container(.podman, id: id)),
        ]
    )
    func `a container is known by its path`(text: String, supervisor: Supervisor) {
        #expect(ControlGroup(text).supervisor == supervisor)
    }

    @Test(
        arguments: [
            ("0::/system.slice/nginx.service\n", "nginx.service"),
            ("1:name=systemd:/system.slice/apache2.service\n0::/\n", "apache2.service"),
            ("0::/system.slice/system-php.slice/php@8.2.service/worker", "php@8.2.service"),
        ]
    )
    func `a unit of the system is known by its name`(text: String, unit: String) {
        #expect(ControlGroup(text).supervisor == .unit(unit))
    }

    @Test(
        arguments: [
            "", "\n", "0::/\n", "garbage",
            "0::/user.slice/user-1000.slice/user@1000.service/app.service",
            "0::/system.slice/a;reboot.service", "0::/system.slice/$(id).service",
            "0::/system.slice/-rf.service", "0::/system.slice/a b.service", "0::/docker/short",
            "0::/system.slice/docker-\(id.uppercased()).scope", "0::/evil/docker-\(id)x.scope",
        ]
    )
    func `what is no such path, or could be a command, is unknown`(text: String) {
        #expect(ControlGroup(text).supervisor == .unknown)
    }
}
