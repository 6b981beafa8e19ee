import Platform

/// Names a connection for as long as the responder runs.
///
/// Slots are used again; an event for a connection that was closed a moment ago names another
/// generation than the one that is there now.
struct ConnectionID: Hashable {
    /// The index of its slot.
    var slot: UInt32
    /// Counts the connections of the slot, from 1.
    var generation: UInt32
}

/// A client's socket with the state of its connection; closed when it is let go of.
final class Client {
    /// Its name in the table and in the event queue.
    let id: ConnectionID
    /// The socket.
    let descriptor: Descriptor
    /// Whether it came by way of a proxy, which decides itself what is sent to https.
    let isProxied: Bool
    /// What was received, and what is to be sent.
    var connection: ResponderConnection
    /// What the event queue waits for; `nil` before it was told.
    var watched: ResponderConnection.Wish?

    /// Takes over `descriptor`.
    init(
        id: ConnectionID,
        descriptor: consuming Descriptor,
        isProxied: Bool,
        connection: ResponderConnection
    ) {
        self.id = id
        self.descriptor = descriptor
        self.isProxied = isProxied
        self.connection = connection
    }
}

/// The connections that are open, in a fixed number of slots.
struct ConnectionTable {
    private var slots: [Client?]
    private var generations: [UInt32]
    private var free: [UInt32]
    /// The slots in use, the one nearest its deadline first.
    private var order: SlotQueue
    private var quota: NetworkQuota

    /// Makes a table with `capacity` slots, at least one, of which a network may have `share`.
    init(capacity: Int, share: Int) {
        slots = Array(repeating: nil, count: capacity)
        generations = Array(repeating: 0, count: capacity)
        free = (0..<UInt32(capacity)).reversed()
        order = SlotQueue(capacity: capacity)
        quota = NetworkQuota(limit: share, capacity: capacity)
    }

    /// The connection nearest its deadline; `nil` when none is open.
    var nearest: Client? { order.first().flatMap { slots[$0] } }

    /// Adds a connection; when all slots are taken, or all of its network's, the one of those that
    /// is nearest its deadline gives way.
    ///
    /// That one has had the most time to send its request. Whoever does so at once, as CAs do, is
    /// never the one, however many others send nothing.
    mutating func insert(
        _ newcomer: consuming ListeningSocket.Newcomer,
        isProxied: Bool = false,
        _ connection: ResponderConnection
    ) -> Client {
        let network = newcomer.network
        if let excess = quota.slotToGiveUp(for: network) { empty(excess) }
        if free.isEmpty { evict() }
        let slot = free.removeLast()
        let index = Int(slot)
        generations[index] = max(1, generations[index] &+ 1)
        let client = Client(
            id: ConnectionID(slot: slot, generation: generations[index]),
            descriptor: newcomer.take(),
            isProxied: isProxied,
            connection: connection
        )
        slots[index] = client
        order.moveToEnd(index)
        quota.add(index, of: network)
        return client
    }

    /// Finds a connection that is still open.
    subscript(id: ConnectionID) -> Client? {
        guard let client = slots[Int(id.slot)], client.id == id else { return nil }
        return client
    }

    /// Notes that a connection got a new deadline, which is behind those of all others.
    mutating func renewed(_ id: ConnectionID) {
        guard self[id] != nil else { return }
        order.moveToEnd(Int(id.slot))
        quota.renewed(Int(id.slot))
    }

    /// Closes a connection.
    mutating func remove(_ id: ConnectionID) {
        if self[id] != nil { empty(Int(id.slot)) }
    }

    private mutating func empty(_ slot: Int) {
        slots[slot] = nil
        free.append(UInt32(slot))
        order.remove(slot)
        quota.remove(slot)
    }

    /// Closes the connection nearest its deadline, if any is open.
    mutating func evict() {
        if let nearest { remove(nearest.id) }
    }

    /// Closes all connections whose deadline has come.
    mutating func removeExpired(at now: ContinuousClock.Instant) {
        while let nearest, nearest.connection.deadline <= now { remove(nearest.id) }
    }
}
