import FoundationEssentials
import Platform
import Renewal
import TestSupport
import Testing

@testable import CertificateStore

/// Reliability §15: failures outlive a restart.
@Suite struct RenewalStateTests {
    private let fixture: StoreFixture
    private let now = StoreFixture.now
    private var store: CertificateStore { fixture.store }
    private var path: String { store.layout.renewalState(fixture.name) }

    init() throws {
        fixture = try StoreFixture()
        try fixture.commit()
    }

    private func failed(_ failureClass: FailureClass = .temporary) -> RenewalState {
        var state = RenewalState()
        state.generation = GenerationNumber(1)
        state.failures["https://ca.test/directory"] = FailureRecord(
            after: nil,
            failureClass,
            reason: "it \"broke\"\n",
            at: now,
            remaining: 30 * .day,
            until: now + 3_600,
            StableRandom(seed: 1)
        )
        return state
    }

    /// Dates are kept to the second.
    private func isKept(_ read: RenewalState, _ written: RenewalState) -> Bool {
        guard let one = read.lastFailure, let other = written.lastFailure else { return false }
        return one.count == other.count && one.failureClass == other.failureClass
            && one.reason == other.reason && one.last == other.last
            && abs(one.notBefore.timeIntervalSince(other.notBefore)) < 1
    }

    // A15
    @Test func `failures are read again`() throws {
        try store.save(failed(), of: fixture.name)
        #expect(isKept(try store.renewalState(of: fixture.name), failed()))
    }

    @Test func `where nothing failed there is no file`() throws {
        #expect(try store.renewalState(of: fixture.name) == RenewalState())
        try store.save(failed(), of: fixture.name)
        try store.save(RenewalState(), of: fixture.name)
        #expect(try fixture.disk.status(path) == nil)
    }

    @Test func `renewals by the window alone are remembered over the next generation`() {
        var state = failed()
        state.signals.note(success: true, at: now)
        let next = state.about(GenerationNumber(2))
        #expect(next.failures.isEmpty)
        #expect(next.signals == state.signals)
        #expect(state.about(GenerationNumber(1)) == state)
    }

    @Test func `only its owner can read it`() throws {
        try store.save(failed(), of: fixture.name)
        #expect(try fixture.disk.status(path)?.mode == .privateFile)
    }

    // C07: no time zone gets into it.
    @Test func `moments are written in UTC`() throws {
        try store.save(failed(.rateLimited), of: fixture.name)
        let text = String(decoding: try fixture.disk.readFile(path, limit: 4_096), as: UTF8.self)
        #expect(text.contains(#""last" : "2027-01-15T08:00:00Z""#))
        #expect(text.contains(#""notBefore" : "2027-01-15T09:00:00Z""#))
    }

    // D09, D10
    @Test func `wherever it is cut, it is whole or none`() throws {
        try store.save(failed(), of: fixture.name)
        let whole = try store.renewalState(of: fixture.name)
        let bytes = try fixture.disk.readFile(path, limit: 4_096)
        for length in 0..<bytes.count {
            fixture.disk.put(path, Array(bytes.prefix(length)))
            let read = try store.renewalState(of: fixture.name)
            // Only the last end of line can be missing.
            #expect(
                read == (length == bytes.count - 1 ? whole : RenewalState()),
                "cut at \(length)"
            )
        }
    }

    // D11
    @Test(arguments: [FailureClass.temporary, .rateLimited])
    func `whatever the bit that flips, nothing is held for longer than it could be`(
        class: FailureClass
    ) throws {
        try store.save(failed(`class`), of: fixture.name)
        let bytes = try fixture.disk.readFile(path, limit: 4_096)
        let validity = Validity(notBefore: now - 61 * .day, notAfter: now + 29 * .day)
        for index in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << UInt8(bit)
                fixture.disk.put(path, flipped)
                let state = try store.renewalState(of: fixture.name)
                var facts = RenewalFacts(validity: validity, random: StableRandom(seed: 1))
                facts.canAsk = false
                (facts.failures, facts.signals) = (state.lastFailure, state.signals)
                switch RenewalPolicy.decide(facts, at: now) {
                case .renew: break
                case .hold(let until, _):
                    #expect(until <= now + 7 * .day + 301, "byte \(index), bit \(bit)")
                case .keep, .ask: Issue.record("byte \(index), bit \(bit): due, and not renewed")
                }
            }
        }
    }

    // D07
    @Test func `what is no file, or far too long, counts as none`() throws {
        fixture.disk.put(link: path, to: "/etc/passwd")
        #expect(try store.renewalState(of: fixture.name) == RenewalState())
        fixture.disk.put(path, [UInt8](repeating: 0x20, count: 300_000))
        #expect(try store.renewalState(of: fixture.name) == RenewalState())
        try store.save(failed(), of: fixture.name)
        #expect(isKept(try store.renewalState(of: fixture.name), failed()))
    }
}
