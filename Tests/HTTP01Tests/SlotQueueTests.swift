import Testing

@testable import HTTP01

@Suite struct SlotQueueTests {
    @Test func `who came first is first`() {
        var queue = SlotQueue(capacity: 3)
        #expect(queue.first() == nil)
        for slot in [1, 0, 2] { queue.moveToEnd(slot) }
        #expect(order(of: queue) == [1, 0, 2])
    }

    @Test(arguments: [(0, [1, 2]), (1, [0, 2]), (2, [0, 1])])
    func `any slot can leave`(slot: Int, rest: [Int]) {
        var queue = SlotQueue(capacity: 3)
        for slot in 0..<3 { queue.moveToEnd(slot) }
        queue.remove(slot)
        #expect(order(of: queue) == rest)
    }

    @Test(arguments: [(0, [1, 2, 0]), (1, [0, 2, 1]), (2, [0, 1, 2])])
    func `a slot that moves is in the order once`(slot: Int, expected: [Int]) {
        var queue = SlotQueue(capacity: 3)
        for slot in 0..<3 { queue.moveToEnd(slot) }
        queue.moveToEnd(slot)
        #expect(order(of: queue) == expected)
    }

    @Test func `a slot that is not in the order can leave as often as one likes`() {
        var queue = SlotQueue(capacity: 2)
        queue.moveToEnd(1)
        queue.remove(0)
        queue.remove(0)
        #expect(order(of: queue) == [1])
    }

    @Test func `a slot that moves to another queue leaves the first`() {
        var queue = SlotQueue(capacity: 2, queues: 2)
        queue.moveToEnd(0, of: 0)
        queue.moveToEnd(1, of: 0)
        queue.moveToEnd(0, of: 1)
        #expect(queue.first(in: 0) == 1)
        #expect(queue.first(in: 1) == 0)
        queue.remove(0)
        #expect(queue.first(in: 1) == nil)
    }

    private func order(of queue: SlotQueue) -> [Int] {
        var rest = queue
        var slots: [Int] = []
        while let slot = rest.first() {
            slots.append(slot)
            rest.remove(slot)
        }
        return slots
    }
}
