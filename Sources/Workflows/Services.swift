import ACME
package import CertificateStore
package import Diagnostics
import FoundationEssentials
package import HTTP01
package import Platform

/// Everything outside of the process that a workflow may touch, made once and passed on.
package struct Services: Sendable {
    package let layout: StoreLayout
    package let fileSystem: any FileSystem
    package let clock: any WallClock
    package let processes: any ProcessRunner
    /// The effective user.
    package let user: UInt32
    package let log: Log
    /// Makes a transport that trusts the roots in a PEM file, or the system's.
    package let makeTransport: @Sendable (_ roots: String?) throws -> any Transport
    package let makeSolver: @Sendable (HTTP01Settings) -> any ChallengeSolver
    /// The way to nginx; `nil` where nothing is to be done about any.
    package var proxy: ProxyAccess?
    /// The group that may read keys; `nil` where they are their owner's alone.
    var keyGroup: UInt32?

    package init(
        layout: StoreLayout,
        fileSystem: any FileSystem,
        clock: any WallClock,
        processes: any ProcessRunner,
        user: UInt32,
        log: Log,
        makeTransport: @escaping @Sendable (_ roots: String?) throws -> any Transport,
        makeSolver: @escaping @Sendable (HTTP01Settings) -> any ChallengeSolver
    ) {
        self.layout = layout
        self.fileSystem = fileSystem
        self.clock = clock
        self.processes = processes
        self.user = user
        self.log = log
        self.makeTransport = makeTransport
        self.makeSolver = makeSolver
    }

    /// The same services with another clock.
    func with(_ clock: any WallClock) -> Services {
        var services = Services(
            layout: layout,
            fileSystem: fileSystem,
            clock: clock,
            processes: processes,
            user: user,
            log: log,
            makeTransport: makeTransport,
            makeSolver: makeSolver
        )
        services.proxy = proxy
        services.keyGroup = keyGroup
        return services
    }

    package var store: CertificateStore {
        CertificateStore(layout, in: fileSystem, user: user, keyGroup: keyGroup)
    }
}
