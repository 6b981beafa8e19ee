import Platform

/// Which slots the connections of each network have, so that none gets more than its share.
struct NetworkQuota {
    /// The slots of one network.
    private struct Share {
        /// Its queue: those of its slots that are nearest their deadlines come first.
        let queue: Int
        var count: Int
    }

    private let limit: Int
    private var shares: [PeerNetwork: Share] = [:]
    private var networks: [PeerNetwork?]
    private var slots: SlotQueue
    private var freeQueues: [Int]

    /// Makes quotas of `limit` connections for `capacity` slots, with nobody there.
    init(limit: Int, capacity: Int) {
        self.limit = limit
        networks = Array(repeating: nil, count: capacity)
        slots = SlotQueue(capacity: capacity, queues: capacity)
        freeQueues = Array((0..<capacity).reversed())
    }

    /// The slot that has to be given up before `network` may have another; `nil` for none.
    func slotToGiveUp(for network: PeerNetwork?) -> Int? {
        guard let network, let share = shares[network], share.count >= limit else { return nil }
        return slots.first(in: share.queue)
    }

    /// Notes that `slot`, which is free, is `network`'s from now on; this host itself has no limit.
    mutating func add(_ slot: Int, of network: PeerNetwork?) {
        guard let network else { return }
        networks[slot] = network
        // A network has one slot at least, so there are enough queues for all.
        var share = shares[network] ?? Share(queue: freeQueues.removeLast(), count: 0)
        share.count += 1
        shares[network] = share
        slots.moveToEnd(slot, of: share.queue)
    }

    /// Notes that the connection in `slot` got a new deadline.
    mutating func renewed(_ slot: Int) {
        guard let network = networks[slot], let share = shares[network] else { return }
        slots.moveToEnd(slot, of: share.queue)
    }

    /// Notes that `slot` is free.
    mutating func remove(_ slot: Int) {
        guard let network = networks[slot], var share = shares[network] else { return }
        networks[slot] = nil
        slots.remove(slot)
        share.count -= 1
        shares[network] = share.count > 0 ? share : nil
        if share.count == 0 { freeQueues.append(share.queue) }
    }
}
