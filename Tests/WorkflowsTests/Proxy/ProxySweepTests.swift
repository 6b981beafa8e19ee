import CertificateStore
import Deployment
import Diagnostics
import Platform
import TestSupport
import Testing

@testable import Workflows

/// Cases K28, X08, X09, S02, S06 and S08 for sites: a death, and a failure, at every call that changes
/// the disk; an engine that loses a call, or its answer, or goes away, at every call to it.
///
/// Whatever happens, nginx would start, and serves each name with its old or its new certificate, from
/// files that are all old or all new as soon as certctl has run again; that run brings the rest into
/// use.
@Suite struct ProxySweepTests {
    enum Death: CaseIterable, Sendable {
        case kill
        case powerCut
    }

    /// A fixture at its start, to begin again from.
    private struct Prepared {
        let fixture: ProxyFixture
        let disk: MemoryFileSystem.Copy
        let files: [String: [UInt8]]
        /// What is served at the start, by name.
        let old: [String: [UInt8]]

        init(_ start: ProxyFixture.Start) async throws {
            fixture = try await ProxyFixture(start)
            #expect(fixture.proxy.restart() == nil)
            disk = fixture.host.disk.copy()
            files = fixture.files
            old = Self.served(fixture)
        }

        var served: [String: [UInt8]] { Self.served(fixture) }

        private static func served(_ fixture: ProxyFixture) -> [String: [UInt8]] {
            ["a.test", "b.test", "c.test"].reduce(into: [:]) { $0[$1] = fixture.proxy.served($1) }
        }

        func begin() {
            fixture.host.disk.restore(disk)
            fixture.proxy.plan(nil)
            #expect(fixture.proxy.restart() == nil)
        }
    }

    /// What nginx presents, and would present if it were started now, has to be old or new.
    private func expectServed(_ prepared: Prepared, _ place: String) throws {
        let fixture = prepared.fixture
        for isStarted in [false, true] {
            if isStarted {
                let reason = fixture.proxy.restart()
                #expect(reason == nil, "\(place): nginx does not start: \(reason ?? "")")
            }
            let served = prepared.served
            for name in served.keys {
                let isGood =
                    try served[name] == prepared.old[name]
                    || served[name] == fixture.newest(name)
                #expect(isGood, "\(place): \(name)")
            }
            // Nobody loses what he had.
            for name in fixture.wanted where prepared.old[name] != nil {
                #expect(served[name] != nil, "\(place): \(name)")
            }
        }
    }

    /// The next run has to end well, and to leave nothing for the one after it.
    private func expectConverged(_ prepared: Prepared, _ place: String) async throws {
        let fixture = prepared.fixture
        fixture.host.disk.plan(MemoryFileSystem.Plan())
        fixture.proxy.plan(nil)
        do {
            try await fixture.run()
        } catch {
            let why = (error as? any Diagnosable)?.diagnosis.why ?? "\(error)"
            Issue.record("\(place): the next run fails: \(why)")
        }
        for isStarted in [false, true] {
            if isStarted { #expect(fixture.proxy.restart() == nil, "\(place)") }
            for name in fixture.wanted {
                #expect(try fixture.proxy.served(name) == fixture.newest(name), "\(place): \(name)")
            }
        }
        #expect(fixture.files.keys.allSatisfy { !$0.hasSuffix("~new") }, "\(place)")
        if fixture.start == .regrouped {
            #expect(fixture.copies == ProxyFixture.wantedCopies, "\(place)")
            #expect(fixture.host.disk.exposedKeys.isEmpty, "\(place)")
        }
        let (files, reloads) = (fixture.files, fixture.proxy.reloads)
        try await fixture.run()
        #expect(fixture.files == files, "\(place)")
        #expect(fixture.proxy.reloads == reloads, "\(place)")
    }

    private func changes(_ prepared: Prepared) async throws -> Int {
        let before = prepared.fixture.host.disk.changes
        try await prepared.fixture.run()
        let changes = prepared.fixture.host.disk.changes - before
        // Where only a file for http comes, less is written.
        #expect(changes > (prepared.fixture.start == .renaming ? 10 : 20))
        return changes
    }

    @Test(arguments: Death.allCases, ProxyFixture.Start.allCases)
    func `a death at any call leaves an nginx that starts, and the next run converges`(
        _ death: Death,
        _ start: ProxyFixture.Start
    ) async throws {
        let prepared = try await Prepared(start)
        let disk = prepared.fixture.host.disk
        for call in 1...(try await changes(prepared)) {
            prepared.begin()
            var plan = MemoryFileSystem.Plan()
            plan.diesAt = disk.changes + call
            disk.plan(plan)
            try? await prepared.fixture.run()
            #expect(disk.isDead, "call \(call)")
            death == .kill ? disk.restart() : disk.restartAfterPowerCut()
            let place = "\(start), \(death) at \(call)"
            try expectServed(prepared, place)
            try await expectConverged(prepared, place)
        }
    }

    @Test(arguments: ProxyFixture.Start.allCases)
    func `a call of the disk that fails leaves an nginx that starts, and the next run converges`(
        _ start: ProxyFixture.Start
    ) async throws {
        let prepared = try await Prepared(start)
        let disk = prepared.fixture.host.disk
        for call in 1...(try await changes(prepared)) {
            prepared.begin()
            var plan = MemoryFileSystem.Plan()
            plan.failsAt = (disk.changes + call, .noSpace)
            disk.plan(plan)
            try? await prepared.fixture.run()
            let place = "\(start), failure at \(call)"
            try expectServed(prepared, place)
            try await expectConverged(prepared, place)
        }
    }

    @Test(arguments: ModelProxy.Fate.allCases, ProxyFixture.Start.allCases)
    func `an engine that fails at any call leaves an nginx that starts, and the next run converges`(
        _ fate: ModelProxy.Fate,
        _ start: ProxyFixture.Start
    ) async throws {
        let prepared = try await Prepared(start)
        let before = prepared.fixture.proxy.calls
        try await prepared.fixture.run()
        let calls = prepared.fixture.proxy.calls - before
        let new = prepared.fixture.files
        #expect(calls > 8)
        for call in 1...calls {
            prepared.begin()
            prepared.fixture.proxy.plan(fate, at: call)
            let isDone = (try? await prepared.fixture.run()) != nil
            let place = "\(start), \(fate) at \(call)"
            // Only what is changed is two transactions, one after the other.
            if start != .changed {
                let files = prepared.fixture.files
                #expect(files == (isDone ? new : prepared.files), "\(place)")
            }
            try expectServed(prepared, place)
            try await expectConverged(prepared, place)
        }
    }
}
