import Platform
import Testing

@testable import HTTP01

/// At most so many connections of one /24 or /56.
@Suite struct NetworkQuotaTests {
    private let network = PeerNetwork("192.0.2.7")

    @Test func `up to its share a network gives nothing up`() {
        var quota = NetworkQuota(limit: 2, capacity: 4)
        quota.add(0, of: network)
        #expect(quota.slotToGiveUp(for: network) == nil)
        quota.add(1, of: network)
        #expect(quota.slotToGiveUp(for: network) == 0)
    }

    @Test func `the one that is nearest its deadline is given up`() {
        var quota = NetworkQuota(limit: 2, capacity: 4)
        quota.add(0, of: network)
        quota.add(1, of: network)
        quota.renewed(0)
        #expect(quota.slotToGiveUp(for: network) == 1)
    }

    @Test func `a slot that is free again counts no more`() {
        var quota = NetworkQuota(limit: 1, capacity: 4)
        quota.add(0, of: network)
        quota.remove(0)
        quota.remove(0)
        #expect(quota.slotToGiveUp(for: network) == nil)
    }

    @Test func `networks do not share`() {
        var quota = NetworkQuota(limit: 1, capacity: 4)
        quota.add(0, of: network)
        #expect(quota.slotToGiveUp(for: PeerNetwork("192.0.3.7")) == nil)
    }

    @Test func `this host has no limit`() {
        var quota = NetworkQuota(limit: 1, capacity: 4)
        for slot in 0..<4 { quota.add(slot, of: nil) }
        #expect(quota.slotToGiveUp(for: nil) == nil)
    }

    @Test func `there are queues for as many networks as slots, again and again`() {
        var quota = NetworkQuota(limit: 1, capacity: 4)
        for round in 0..<3 {
            let networks = (0..<4).map { PeerNetwork("10.\(round).\($0).1") }
            for (slot, network) in networks.enumerated() { quota.add(slot, of: network) }
            #expect(networks.map { quota.slotToGiveUp(for: $0) } == [0, 1, 2, 3])
            for slot in 0..<4 { quota.remove(slot) }
        }
    }
}
