import Nginx
import TestSupport
import Testing

/// The index tells the same places as counting does.
@Suite struct LineIndexTests {
    @Test(arguments: 0..<50)
    func `every byte of a random file has the place that counting gives`(seed: UInt64) {
        var random = RandomConfiguration(seed: seed)
        let bytes = random.soup(ofUpTo: 80)
        let index = LineIndex(bytes)
        for offset in 0...bytes.count {
            #expect(index.position(of: offset) == SourcePosition(of: offset, in: bytes))
        }
    }

    @Test func `a line feed belongs to the line that it ends`() {
        let index = LineIndex(Array("a\n\nb".utf8))
        let places = (0...4).map { index.position(of: $0).description }
        #expect(places == ["1:1", "1:2", "2:1", "3:1", "3:2"])
    }
}
