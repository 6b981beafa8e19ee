import Diagnostics
import Platform
import Testing

@testable import HTTP01

@Suite struct HTTP01ErrorTests {
    @Test(arguments: [
        (Supervisor.unit("nginx.service"), "sudo systemctl stop nginx.service; or "),
        (
            .container(.docker, id: String(repeating: "ab", count: 32)),
            "docker stop abababababab; or "
        ),
        (
            .container(.podman, id: String(repeating: "ab", count: 32)),
            "podman stop abababababab; or "
        ),
        (.publishedBy(.docker), "docker stop $(docker ps --quiet --filter publish=80); or "),
        (.publishedBy(.podman), "podman port --all shows which container"),
        (.socketUnit, "systemctl list-sockets shows which"),
        (.unknown, "sudo kill 812; or "),
    ])
    func `the fix fits whoever has to stop the holder`(supervisor: Supervisor, start: String) {
        let diagnosis = HTTP01Error.portTaken(80, holders: [holder(supervisor)]).diagnosis
        #expect(diagnosis.fix.hasPrefix(start))
        #expect(diagnosis.fix.hasSuffix("certctl issue NAME --http01-port 8080"))
    }

    @Test func `the reason names pid, unit and command`() {
        let error = HTTP01Error.portTaken(80, holders: [holder(.unit("nginx.service"))])
        #expect(
            error.diagnosis.why
                == "nginx listens on it (pid 812, unit nginx.service, nginx: master process)"
        )
    }

    @Test func `one fix for two holders is said once`() {
        let holders = [holder(.publishedBy(.docker)), holder(.publishedBy(.docker))]
        let fix = HTTP01Error.portTaken(80, holders: holders).diagnosis.fix
        #expect(fix.split(separator: "docker stop").count == 1)
    }

    @Test(arguments: [[], [PortHolder.hidden(user: 33)]])
    func `a holder that cannot be seen is looked for as root`(holders: [PortHolder]) {
        let fix = HTTP01Error.portTaken(80, holders: holders).diagnosis.fix
        #expect(fix.hasPrefix("sudo ss -ltnp 'sport = :80'"))
    }

    @Test func `a holder may go on, if it passes challenges on`() {
        let error = HTTP01Error.portHeld(
            80,
            holders: [holder(.unit("nginx.service"))],
            socket: "/run/x.sock"
        )
        let fix = error.diagnosis.fix
        #expect(
            fix.contains("{ proxy_pass http://unix:/run/x.sock:; proxy_set_header Host $host; }")
        )
        #expect(fix.contains("--http01 proxied"))
        #expect(fix.contains("--http01 webroot:DIR"))
        #expect(fix.contains("sudo systemctl stop nginx.service"))
        #expect(!fix.contains("container"))
    }

    @Test func `a container has to see the socket`() {
        let holders = [holder(.publishedBy(.docker))]
        let fix = HTTP01Error.portHeld(80, holders: holders, socket: "/run/x.sock").diagnosis.fix
        #expect(fix.contains("mount that socket's directory"))
    }

    @Test(arguments: [
        (LocalListenError.inUse, "another certctl", "wait"),
        (.notASocket, "no socket", "ls -l /run/x.sock"),
        (.failed(SystemCallError("bind", code: 13)), "bind: Permission denied", "--home"),
        (
            .directory(
                FileSystemError(operation: "mkdir", path: "/run", reason: .other(30), text: "no")
            ),
            "/run: no", "--home"
        ),
    ])
    func `a socket that cannot be had is explained`(
        error: LocalListenError,
        reason: String,
        fix: String
    ) {
        let diagnosis = HTTP01Error.socket(path: "/run/x.sock", error).diagnosis
        #expect(diagnosis.why.contains(reason))
        #expect(diagnosis.fix.contains(fix))
    }

    @Test func `a port that may not be bound needs sudo or another port`() {
        let fix = HTTP01Error.notPermitted(port: 80).diagnosis.fix
        #expect(fix.contains("sudo"))
        #expect(fix.contains("--http01-port"))
    }

    @Test func `the store's owner is told of the sockets that the timer needs`() {
        let fix = HTTP01Error.ownerNotPermitted(port: 80).diagnosis.fix
        // systemd starts no socket of a service that runs.
        #expect(fix.hasPrefix("systemctl stop certctl-http01.service; systemctl enable --now "))
        #expect(fix.contains("certctl-http01.socket"))
        #expect(!fix.contains("sudo"))
    }

    @Test(arguments: [
        HTTP01Error.portTaken(80, holders: []), .notPermitted(port: 80),
        .ownerNotPermitted(port: 80),
        .addressNotAvailable("192.0.2.1"), .responder(SystemCallError("eventfd", code: 24)),
        .portHeld(80, holders: [], socket: "/s"), .socket(path: "/s", .inUse),
        .noService(path: "/s", SystemCallError("connect", code: 2)),
        .refusedByService(path: "/s", "no"), .webroot(directory: "/w", reason: "no"),
        .webrootFileExists(path: "/w/f"),
    ])
    func `every failure is one of the configuration of this host`(error: HTTP01Error) {
        #expect(error.diagnosis.exitCode == .configuration)
    }

    private func holder(_ supervisor: Supervisor) -> PortHolder {
        let process = ListeningProcess(
            pid: 812,
            program: "nginx",
            command: "nginx: master process",
            supervisor: supervisor
        )
        return .process(process)
    }
}
