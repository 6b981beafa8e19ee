import Testing

@testable import Platform

@Suite struct ControlGroupTests {
    private static let id = String(repeating: "0a1b2c3d", count: 8)

    @Test(arguments: [
        "0::/system.slice/nginx.service\n",
        "0::/system.slice/system-web.slice/nginx.service\n",
        "0::/system.slice/nginx.service/workers\n",
        "12:pids:/system.slice/nginx.service\n1:name=systemd:/system.slice/nginx.service\n",
    ])
    func `a service of the system is a unit`(text: String) {
        #expect(ControlGroup(text).supervisor == .unit("nginx.service"))
    }

    @Test(arguments: [
        "0::/docker/\(id)\n",
        "13:pids:/docker/\(id)\n0::/\n",
        "0::/system.slice/docker-\(id).scope\n",
        "0::/docker/\(id)/system.slice/nginx.service\n",
        "0::/system.slice/docker.service\n1:pids:/docker/\(id)\n",
    ])
    func `a path of Docker is a container`(text: String) {
        #expect(ControlGroup(text).supervisor == .container(.docker, id: Self.id))
    }

    @Test(arguments: [
        "0::/machine.slice/libpod-\(id).scope\n",
        "0::/machine.slice/libpod-\(id).scope/container\n",
        "0::/machine.slice/libpod-conmon-\(id).scope\n",
        "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(id).scope\n",
    ])
    func `a path of Podman is a container`(text: String) {
        #expect(ControlGroup(text).supervisor == .container(.podman, id: Self.id))
    }

    @Test(arguments: [
        "", "0::/\n", "0::/init.scope\n", "0::/user.slice/user-0.slice/session-1.scope\n",
        "0::/user.slice/user-1000.slice/user@1000.service/app.slice/web.service\n",
        "0::/docker/short\n", "0::/system.slice/docker-short.scope\n", "nonsense", ":::::",
    ])
    func `everything else has no known supervisor`(text: String) {
        #expect(ControlGroup(text).supervisor == .unknown)
    }

    @Test(arguments: [
        "0::/system.slice/a;reboot.service\n", "0::/system.slice/$(reboot).service\n",
        "0::/system.slice/a b.service\n", "0::/system.slice/--now.service\n",
        "0::/system.slice/\u{1b}[2J.service\n",
    ])
    func `a unit that would be more than a word in a command is not named`(text: String) {
        #expect(ControlGroup(text).supervisor == .unknown)
    }
}
