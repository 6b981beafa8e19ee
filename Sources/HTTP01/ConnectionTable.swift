import Platform

/// Names a connection for as long as the responder runs.
///
/// Slots are used again; an event for a connection that was closed a moment ago names another
/// generation than the one that is there now.
struct ConnectionID: Hashable {
    var slot: UInt32
    /// Counts the connections of the slot, from 1.
    var generation: UInt32
}

/// A client's socket with the state of its connection; closed when it is let go of.
final class Client {
    let id: ConnectionID
    let descriptor: Descriptor
    var connection: ResponderConnection
    /// What the event queue waits for; `nil` before it was told.
    var watched: ResponderConnection.Wish?

    init(id: ConnectionID, descriptor: consuming Descriptor, connection: ResponderConnection) {
        self.id = id
        self.descriptor = descriptor
        self.connection = connection
    }
}

/// The connections that are open, in a fixed number of slots.
struct ConnectionTable {
    private var slots: [Client?]
    private var generations: [UInt32]
    private var free: [UInt32]
    /// No deadline is before this moment; `nil` when nothing is open.
    ///
    /// It may be earlier than all of them: deadlines only move away, so looking at all slots again
    /// can wait until it has come.
    private(set) var earliestDeadline: ContinuousClock.Instant?

    /// Makes a table with `capacity` slots, at least one.
    init(capacity: Int) {
        slots = Array(repeating: nil, count: capacity)
        generations = Array(repeating: 0, count: capacity)
        free = (0..<UInt32(capacity)).reversed()
    }

    /// Whether nothing is open.
    var isEmpty: Bool { free.count == slots.count }

    /// Adds a connection; when all slots are taken, the one nearest its deadline gives way.
    ///
    /// That one has had the most time to send its request. Whoever does so at once, as CAs do, is
    /// never the one, however many others send nothing.
    mutating func insert(
        _ descriptor: consuming Descriptor,
        _ connection: ResponderConnection
    ) -> Client {
        if free.isEmpty { evict() }
        let slot = free.removeLast()
        generations[Int(slot)] = max(1, generations[Int(slot)] &+ 1)
        let id = ConnectionID(slot: slot, generation: generations[Int(slot)])
        let client = Client(id: id, descriptor: descriptor, connection: connection)
        slots[Int(slot)] = client
        earliestDeadline =
            earliestDeadline.map { min($0, connection.deadline) } ?? connection.deadline
        return client
    }

    /// Finds a connection that is still open.
    subscript(id: ConnectionID) -> Client? {
        guard let client = slots[Int(id.slot)], client.id == id else { return nil }
        return client
    }

    /// Closes a connection.
    mutating func remove(_ id: ConnectionID) {
        guard self[id] != nil else { return }
        slots[Int(id.slot)] = nil
        free.append(id.slot)
        if isEmpty { earliestDeadline = nil }
    }

    /// Closes the connection nearest its deadline, if any is open.
    mutating func evict() {
        let nearest = slots.lazy.compactMap(\.self).min {
            $0.connection.deadline < $1.connection.deadline
        }
        if let nearest { remove(nearest.id) }
    }

    /// Closes all connections whose deadline has come.
    mutating func removeExpired(at now: ContinuousClock.Instant) {
        guard let moment = earliestDeadline, moment <= now else { return }
        for case let client? in slots where client.connection.deadline <= now {
            remove(client.id)
        }
        earliestDeadline = slots.lazy.compactMap { $0?.connection.deadline }.min()
    }
}
