import ACME
import CertificateStore
import Diagnostics
import HTTP
import Platform
import TestSupport
import Workflows

/// A store in memory with a CA in the same process, for commands that have certificates to speak of.
struct CommandHost {
    let disk = MemoryFileSystem()
    let clock = ManualClock()
    let network: FakeNetwork
    let authority: TestCertificateAuthority

    init() throws {
        let clock = clock
        let authority = try TestCertificateAuthority.make().intermediate()
        network = FakeNetwork(FakeCA(authority) { clock.truth })
        self.authority = authority
        disk.put(directory: "/home")
    }

    var services: Services {
        let network = network
        return Services(
            layout: StoreLayout(home: "/home"),
            fileSystem: disk,
            clock: clock,
            processes: SpawnProcessRunner(),
            user: 1000,
            log: .silent,
            makeTransport: { _ in network },
            makeSolver: { _ in network }
        )
    }

    /// Has a certificate for `a.test` issued.
    func issue(deploys: Bool = true) async throws {
        var request = IssueRequest(
            names: [try Identifier("a.test")],
            agreesToTerms: { _ in true },
            progress: { _ in }
        )
        request.authority = CertificateAuthority(FakeCA.directoryURL)
        for ending in try await IssueCertificates([request], services: services).run(
            deploys: deploys
        ) {
            _ = try ending.result.get()
        }
    }
}
