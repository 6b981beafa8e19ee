import FoundationEssentials
import Platform
import Renewal
import TestSupport
import Testing

@testable import CertificateStore

/// What is kept of limits, of the clock, and the secret that random moments are drawn with.
@Suite struct CertificateStoreRenewalTests {
    private let fixture: StoreFixture
    private let now = StoreFixture.now
    private let authority = "https://ca.test/directory"
    private var store: CertificateStore { fixture.store }
    private var disk: MemoryFileSystem { fixture.disk }

    init() throws {
        fixture = try StoreFixture()
    }

    private func limits() -> LimitRecord {
        var limits = LimitRecord()
        limits.ledger.take(RateLimits.letsEncrypt.sameNames, of: "a.example", at: now)
        limits.holds[authority] = now + 3_600
        limits.breakers[authority] = FailureRecord(
            after: nil,
            .rateLimited,
            reason: "503",
            at: now,
            remaining: nil,
            until: now + 60,
            StableRandom(seed: 1)
        )
        return limits
    }

    @Test func `limits and the clock are read again`() throws {
        try store.save(limits())
        #expect(try store.limits() == limits())
        let record = ClockRecord(latest: now, uptime: 12.5, lastRun: now - 60)
        try store.save(record)
        #expect(try store.clockRecord() == record)
    }

    @Test func `a CA's health is what is kept of it`() {
        let health = limits().health(of: authority)
        #expect(health.limit == now + 3_600)
        #expect(health.breaker?.reason == "503")
        #expect(limits().health(of: "https://other.test/directory") == AuthorityHealth())
    }

    @Test func `where nothing is kept there is nothing`() throws {
        #expect(try store.limits() == LimitRecord())
        #expect(try store.clockRecord() == nil)
    }

    // D09, D10
    @Test func `wherever they are cut, they are whole or none`() throws {
        try store.save(limits())
        try store.save(ClockRecord(latest: now, uptime: 1))
        for path in [store.layout.limits, store.layout.clockRecord] {
            let bytes = try disk.readFile(path, limit: 4_096)
            // The last byte is an end of line, which may be missing.
            for length in 0..<bytes.count - 1 {
                disk.put(path, Array(bytes.prefix(length)))
                #expect(try store.limits() == LimitRecord() || path != store.layout.limits)
                #expect(try store.clockRecord() == nil || path != store.layout.clockRecord)
            }
            disk.put(path, bytes)
        }
        #expect(try store.limits() == limits())
    }

    // D11
    @Test func `whatever the bit that flips, no CA is left alone for longer than can be`() throws {
        try store.save(limits())
        let bytes = try disk.readFile(store.layout.limits, limit: 4_096)
        let validity = Validity(notBefore: now - 60 * .day, notAfter: now + 30 * .day)
        for index in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << UInt8(bit)
                disk.put(store.layout.limits, flipped)
                let read = try store.limits()
                var facts = RenewalFacts(validity: validity, random: StableRandom(seed: 1))
                facts.canAsk = false
                facts.authority = read.health(of: authority)
                if case .hold(let until, _) = RenewalPolicy.decide(facts, at: now) {
                    #expect(until <= now + 8 * .day, "byte \(index), bit \(bit)")
                }
                let standing = read.ledger.standing(
                    RateLimits.letsEncrypt.sameNames,
                    of: "a.example",
                    at: now
                )
                #expect(standing.next <= now + 34 * .hour, "byte \(index), bit \(bit)")
            }
        }
    }

    @Test func `the buckets of very many names are kept`() throws {
        var limits = LimitRecord()
        let label = String(repeating: "x", count: 60)
        for number in 0..<2_500 {
            let name = "host-\(number).\(label).example.com"
            limits.ledger.take(RateLimits.letsEncrypt.sameNames, of: name, at: now)
        }
        try store.save(limits)
        #expect(try #require(try disk.status(store.layout.limits)).size > 256 * 1024)
        #expect(try store.limits() == limits)
    }

    @Test func `the secret is made once`() throws {
        let made = try store.renewalSecret { [UInt8](repeating: 7, count: 32) }
        #expect(made == [UInt8](repeating: 7, count: 32))
        #expect(try store.renewalSecret { [UInt8](repeating: 8, count: 32) } == made)
        #expect(try disk.status(store.layout.renewalSecret)?.mode == .privateFile)
    }

    @Test(arguments: [0, 1, 31, 33, 100_000])
    func `a secret of another length is made anew`(count: Int) throws {
        disk.put(store.layout.renewalSecret, [UInt8](repeating: 1, count: count))
        let fresh = [UInt8](repeating: 9, count: 32)
        #expect(try store.renewalSecret { fresh } == fresh)
        #expect(try store.renewalSecret { [] } == fresh)
    }

    // D15
    @Test func `the locks of renewing and of limits are had by one at a time, apart`() throws {
        let renewal = try store.lockRenewal()
        let limits = try store.lockLimits()
        #expect(renewal != nil && limits != nil)
        #expect(try store.lockRenewal() == nil)
        #expect(try store.lockLimits() == nil)
        withExtendedLifetime((renewal, limits)) {}
    }

    // D07
    @Test func `what is no file counts as none`() throws {
        disk.put(link: store.layout.limits, to: "/etc/passwd")
        disk.put(directory: store.layout.clockRecord)
        #expect(try store.limits() == LimitRecord())
        #expect(try store.clockRecord() == nil)
    }

    // C03, C04: a clock may say anything.
    @Test(arguments: [-62_135_596_800, 0, 4_294_967_296, 253_402_300_799] as [Double])
    func `any moment can be kept`(seconds: Double) throws {
        let moment = Date(timeIntervalSince1970: seconds)
        try store.save(ClockRecord(latest: moment, uptime: 0))
        #expect(try store.clockRecord()?.latest == moment)
    }
}
