import ACME
import Testing

/// Corner case 1; RFC 8555 §6.5.
@Suite struct NoncePoolTests {
    private func pool(_ nonces: [String]) throws -> NoncePool {
        var pool = NoncePool()
        for text in nonces {
            pool.add(try #require(Nonce(text)))
        }
        return pool
    }

    @Test func `an empty pool gives nothing`() {
        var pool = NoncePool()
        #expect(pool.take() == nil)
    }

    @Test func `the newest nonce is used first, and each once`() throws {
        var pool = try pool(["one", "two", "three"])
        let taken = (1...4).map { _ in pool.take()?.description }
        #expect(taken == ["three", "two", "one", nil])
    }

    @Test func `a full pool forgets the oldest`() throws {
        var pool = try pool((0..<1000).map { "n\($0)" })
        #expect(pool.count == 64)
        #expect(pool.take() == Nonce("n999"))
        while pool.count > 1 {
            _ = pool.take()
        }
        #expect(pool.take() == Nonce("n936"))
    }
}
