/// Orders of slots, from which any can leave at once, wherever it stands.
///
/// All connections have the same time for a request, so the order in which their deadlines were
/// set is the order in which they come: no slot need ever be searched for.
struct SlotQueue {
    /// Who stands behind and before each slot; after the slots, one entry for each queue closes its
    /// ring at both ends.
    private var next: [Int]
    private var previous: [Int]
    private let capacity: Int

    /// Makes empty queues, by their index, for slots from 0 to `capacity` - 1; each slot stands in
    /// one of them at most.
    init(capacity: Int, queues: Int = 1) {
        self.capacity = capacity
        // A slot that is its own neighbour is in no queue.
        next = Array(0..<(capacity + queues))
        previous = next
    }

    /// The slot that has been in the queue for longest; `nil` when it is empty.
    func first(in queue: Int = 0) -> Int? {
        let end = capacity + queue
        return next[end] == end ? nil : next[end]
    }

    /// Puts `slot` behind all others, also if it stands somewhere already.
    mutating func moveToEnd(_ slot: Int, of queue: Int = 0) {
        remove(slot)
        let end = capacity + queue
        let last = previous[end]
        next[last] = slot
        previous[slot] = last
        next[slot] = end
        previous[end] = slot
    }

    /// Takes `slot` out, if it is in a queue.
    mutating func remove(_ slot: Int) {
        next[previous[slot]] = next[slot]
        previous[next[slot]] = previous[slot]
        next[slot] = slot
        previous[slot] = slot
    }
}
