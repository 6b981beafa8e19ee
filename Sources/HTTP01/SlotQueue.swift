/// An order of slots, from which any can leave at once, wherever it stands.
///
/// All connections have the same time for a request, so the order in which their deadlines were
/// set is the order in which they come: no slot need ever be searched for.
struct SlotQueue {
    /// Who stands behind and before each slot; the last entry closes the ring at both ends.
    private var next: [Int]
    private var previous: [Int]
    private let end: Int

    /// Makes an empty order for slots from 0 to `capacity` - 1.
    init(capacity: Int) {
        end = capacity
        // A slot that is its own neighbour is not in the order.
        next = Array(0...capacity)
        previous = Array(0...capacity)
    }

    /// The slot that has been in the order for longest; `nil` when it is empty.
    var first: Int? { next[end] == end ? nil : next[end] }

    /// Puts `slot` behind all others, also if it stands somewhere already.
    mutating func moveToEnd(_ slot: Int) {
        remove(slot)
        let last = previous[end]
        next[last] = slot
        previous[slot] = last
        next[slot] = end
        previous[end] = slot
    }

    /// Takes `slot` out, if it is in the order.
    mutating func remove(_ slot: Int) {
        next[previous[slot]] = next[slot]
        previous[next[slot]] = previous[slot]
        next[slot] = slot
        previous[slot] = slot
    }
}
