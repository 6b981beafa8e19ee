import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import PKI
import Platform
import Synchronization
import TestSupport

@testable import Workflows

/// A machine of values: a disk in memory, a clock that stands still, a CA in the same process.
final class TestHost: Sendable {
    static let home = "/home/test"

    let disk = MemoryFileSystem()
    let clock = ManualClock()
    let network: FakeNetwork
    let authority: TestCertificateAuthority
    let hooks = ScriptedProcesses()
    let log = RecordedLog()

    init() throws {
        authority = try TestCertificateAuthority.make().intermediate()
        let clock = clock
        network = FakeNetwork(FakeCA(authority) { clock.truth })
        disk.put(directory: Self.home)
    }

    var services: Services { services(on: disk) }

    func services(at home: String) -> Services { services(on: disk, at: home) }

    func services(on fileSystem: any FileSystem, at home: String = TestHost.home) -> Services {
        let network = network
        return Services(
            layout: StoreLayout(home: home),
            fileSystem: fileSystem,
            clock: clock,
            processes: hooks,
            user: 1000,
            log: log.log,
            makeTransport: { _ in network },
            makeSolver: { _ in network }
        )
    }

    var store: CertificateStore { services.store }

    /// Lets the CA misbehave from now on.
    func misbehave(_ change: @Sendable (inout FakeCA.Behaviour) -> Void) {
        network.withCA { change(&$0.behaviour) }
    }

    func request(
        _ names: [String] = ["example.com", "www.example.com"],
        _ adjust: (inout IssueRequest) -> Void = { _ in }
    ) throws -> IssueRequest {
        guard let authority = CertificateAuthority(FakeCA.directoryURL) else {
            preconditionFailure("the fake CA's URL is an https URL")
        }
        var request = IssueRequest(
            names: try names.map { try Identifier($0) },
            agreesToTerms: { _ in true },
            progress: { _ in }
        )
        request.authority = authority
        adjust(&request)
        return request
    }

    @discardableResult
    func issue(
        _ names: [String] = ["example.com", "www.example.com"],
        deploys: Bool = true,
        _ adjust: (inout IssueRequest) -> Void = { _ in }
    ) async throws -> IssueOutcome {
        let requests = [try request(names, adjust)]
        let endings = try await IssueCertificates(requests, services: services)
            .run(deploys: deploys)
        guard let ending = endings.first else { preconditionFailure("one request has one ending") }
        return try ending.result.get()
    }

    /// Issues, and returns the exit code that the command would end with.
    func exitCode(
        _ names: [String] = ["example.com", "www.example.com"],
        _ adjust: (inout IssueRequest) -> Void = { _ in }
    ) async -> ExitCode {
        do {
            try await issue(names, adjust)
            return .success
        } catch {
            return (error as? any Diagnosable)?.diagnosis.exitCode ?? .internalError
        }
    }

    /// Everything that a server could read.
    ///
    /// Without the hidden files that tell of failed attempts.
    var served: [String: [UInt8]] {
        disk.contents(below: "\(Self.home)/lib/tls").filter { !$0.key.contains("/live/.") }
    }

    /// What is wrong with the pair that nginx would read through the include; `nil` when it fits.
    func faultOfServedPair(_ name: String = "example.com") throws -> String? {
        let include = try disk.readFile("\(Self.home)/lib/tls/nginx/\(name).conf", limit: 4096)
        let paths = String(decoding: include, as: UTF8.self).split(separator: "\"")
        guard paths.count == 5 else { return "the include names no pair" }
        return try fault(ofCertificate: String(paths[1]), key: String(paths[3]))
    }

    /// What is wrong with a certificate and a key as files.
    func fault(ofCertificate certificate: String, key: String) throws -> String? {
        let chain = try CertificateChain(pem: disk.readFile(certificate, limit: 65_536))
        let key = try PrivateKey(pem: Secret(disk.readFile(key, limit: 65_536)))
        return chain.leaf.publicKey == key.publicKey ? nil : "\(certificate) is for another key"
    }
}

/// Programs that do not run: each ends as a test has said, and what it was given is kept.
final class ScriptedProcesses: ProcessRunner {
    private let state = Mutex<(commands: [ChildCommand], results: [String: ChildResult])>(([], [:]))
    private let deeds = Mutex<[String: @Sendable () -> Void]>([:])

    var commands: [ChildCommand] { state.withLock { $0.commands } }

    /// Lets a program do something before it ends.
    func act(_ executable: String, _ deed: @escaping @Sendable () -> Void) {
        deeds.withLock { $0[executable] = deed }
    }

    /// Forgets what was run.
    func forget() {
        state.withLock { $0.commands = [] }
    }

    func end(_ executable: String, _ ending: ChildResult.Ending, output: String = "") {
        let result = ChildResult(ending: ending, output: Array(output.utf8))
        state.withLock { $0.results[executable] = result }
    }

    func run(_ command: ChildCommand) async throws(ProcessError) -> ChildResult {
        deeds.withLock { $0[command.executable] }?()
        return state.withLock { state in
            state.commands.append(command)
            return state.results[command.executable] ?? ChildResult(ending: .exited(0), output: [])
        }
    }
}

/// A log that can be read afterwards.
final class RecordedLog: Sendable {
    private let entries = Mutex<[Log.Entry]>([])

    var log: Log {
        Log(threshold: .debug) { entry in self.entries.withLock { $0.append(entry) } }
    }

    var messages: [String] { entries.withLock { $0.map(\.message) } }

    /// The messages from that level on, each with what is said besides.
    func lines(from level: Log.Level) -> [String] {
        entries.withLock { $0 }.filter { $0.level >= level }.map { entry in
            let fields = entry.fields.map { " \($0.key)=\($0.value)" }.sorted()
            return entry.message + fields.joined()
        }
    }
}
