import FoundationEssentials
import Platform
import Renewal
import TestSupport
import Testing

@testable import CertificateStore

/// A death, a power cut and a failure at every call of every file that the renewer keeps.
///
/// Afterwards each is what it was before or what it was to be, and can be written again (D01-D03, D06,
/// D10, K21, K25).
@Suite struct RenewalFaultTests {
    /// One of the files, with two states of it.
    enum Memory: CaseIterable, Sendable {
        case schedule
        case addedLook
        case advice
        case state
        case forgottenState
        case limits
        case clock
        case secret
    }

    enum Fault: CaseIterable, Sendable {
        case kill
        case powerCut
        case noRoom
        case inputOutput
    }

    private static let now = StoreFixture.now

    private func write(_ memory: Memory, _ fixture: StoreFixture, isNew: Bool) throws {
        let (store, name) = (fixture.store, fixture.name)
        let moment = Self.now + (isNew ? 3_600 : 0)
        switch memory {
        case .schedule:
            try store.replace(Schedule(looks: [name: moment], listed: moment, written: moment))
        case .addedLook:
            if isNew { return try store.lookSoon(at: name) }
            try store.replace(Schedule(looks: [name: moment], listed: moment, written: moment))
        case .advice:
            var book = AdviceBook()
            book.note(.untold(at: moment), name, GenerationNumber(1))
            try store.replace(book)
        case .state, .forgottenState:
            var state = RenewalState()
            if !(isNew && memory == .forgottenState) {
                state.signals.note(success: true, at: moment)
            }
            try store.save(state, of: name)
        case .limits:
            var limits = LimitRecord()
            limits.holds["https://ca.test/directory"] = moment
            try store.save(limits)
        case .clock: try store.save(ClockRecord(latest: moment, uptime: 1))
        case .secret:
            // There is an old one only where it is not to be used: it is too short.
            let length = isNew ? 32 : 16
            _ = try store.renewalSecret { [UInt8](repeating: 5, count: length) }
        }
    }

    /// What is read of it, as text to compare.
    private func read(_ memory: Memory, _ fixture: StoreFixture) throws -> String {
        let (store, name) = (fixture.store, fixture.name)
        return switch memory {
        case .schedule, .addedLook:
            "\(try store.scheduleFile()?.schedule()?.looks[name], default: "")"
        case .advice: "\(try store.advice().advice(name, GenerationNumber(1)), default: "")"
        case .state, .forgottenState: "\(try store.renewalState(of: name).signals)"
        case .limits: "\(try store.limits().holds)"
        case .clock: "\(try store.clockRecord()?.latest, default: "")"
        case .secret:
            "\(try store.contents(store.layout.renewalSecret, limit: 64)?.count, default: "")"
        }
    }

    private func prepared(_ memory: Memory) throws -> StoreFixture {
        let fixture = try StoreFixture()
        _ = try fixture.store.lock(fixture.name)
        try write(memory, fixture, isNew: false)
        return fixture
    }

    @Test(arguments: Memory.allCases, Fault.allCases)
    func `after a fault at any call there is the old one or the new one`(
        _ memory: Memory,
        _ fault: Fault
    ) throws {
        let model = try prepared(memory)
        let old = try read(memory, model)
        let before = model.disk.changes
        try write(memory, model, isNew: true)
        let new = try read(memory, model)
        #expect(old != new)
        let calls = model.disk.changes - before
        #expect(calls >= 1)
        for call in 1...calls {
            let fixture = try prepared(memory)
            try strike(fixture.disk, fault, at: fixture.disk.changes + call) {
                try write(memory, fixture, isNew: true)
            }
            let left = try read(memory, fixture)
            // A look that was torn leaves no schedule: then every lineage is looked at.
            let isTornLook = memory == .addedLook && left.isEmpty
            #expect(left == old || left == new || isTornLook, "call \(call)")
            try write(memory, fixture, isNew: true)
            // Nothing is added to a schedule that is not there.
            #expect(try read(memory, fixture) == new || isTornLook, "call \(call)")
        }
    }

    private func strike(
        _ disk: MemoryFileSystem,
        _ fault: Fault,
        at call: Int,
        _ body: () throws -> Void
    ) throws {
        var plan = MemoryFileSystem.Plan()
        switch fault {
        case .kill, .powerCut: plan.diesAt = call
        case .noRoom: plan.failsAt = (call, .noSpace)
        case .inputOutput: plan.failsAt = (call, .inputOutput)
        }
        disk.plan(plan)
        #expect(throws: FileSystemError.self, performing: body)
        fault == .powerCut ? disk.restartAfterPowerCut() : disk.restart()
    }
}
