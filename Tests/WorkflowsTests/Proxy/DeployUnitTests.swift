import CertificateStore
import Diagnostics
import HTTP
import HTTP01
import Platform
import TestSupport
import Testing

@testable import Workflows

/// The timer's root may write where certctl.conf has nginx's configuration, and nowhere else besides.
@Suite struct DeployUnitTests {
    private static let path = "/etc/systemd/system/certctl-deploy.service.d/configuration.conf"

    private let disk = MemoryFileSystem(user: 0)
    private let processes = ScriptedProcesses()

    private func services(user: UInt32 = 0, layout: StoreLayout = .system) -> Services {
        Services(
            layout: layout,
            fileSystem: disk,
            clock: ManualClock(),
            processes: processes,
            user: user,
            log: .silent,
            makeTransport: { _ in throw TransportFailure.notConnected("none") },
            makeSolver: { _ in preconditionFailure("nothing is issued") }
        )
    }

    private var text: String? {
        disk.bytes(of: Self.path).map { String(decoding: $0, as: UTF8.self) }
    }

    init() {
        disk.put(directory: "/etc/systemd/system")
        disk.put(directory: "/run/systemd/system")
    }

    @Test func `a directory is permitted once, and systemd told`() async {
        for _ in 1...2 { await DeployUnit(services()).permit("/srv/proxy/conf.d") }
        #expect(text?.hasSuffix("[Service]\nReadWritePaths=\"-/srv/proxy/conf.d\"\n") == true)
        #expect(processes.commands.map(\.arguments) == [["daemon-reload"]])
    }

    @Test func `another directory takes its place`() async {
        await DeployUnit(services()).permit("/srv/a")
        await DeployUnit(services()).permit("/srv/b")
        #expect(text?.contains("/srv/a") == false && text?.contains("/srv/b") == true)
        #expect(processes.commands.count == 2)
    }

    @Test func `no directory's name says anything else to systemd`() async {
        await DeployUnit(services()).permit("/srv/50% \"x\"\\y")
        #expect(text?.contains(#"ReadWritePaths="-/srv/50%% \"x\"\\y""#) == true)
    }

    @Test func `a directory whose name would be lines of the unit is not permitted`() async {
        await DeployUnit(services()).permit("/srv/x\nExecStartPre=/srv/evil\n#")
        #expect(text == nil)
        #expect(processes.commands.isEmpty)
    }

    @Test func `where systemd does not run, or certctl is not installed, nothing is written`()
        async throws
    {
        await DeployUnit(services(user: 1000)).permit("/srv/a")
        await DeployUnit(services(layout: StoreLayout(home: "/home"))).permit("/srv/a")
        try disk.removeDirectory("/run/systemd/system")
        await DeployUnit(services()).permit("/srv/a")
        #expect(text == nil)
        #expect(processes.commands.isEmpty)
    }
}
