import Platform
import Testing

@Suite struct RandomBytesTests {
    @Test func `there are as many as were asked for, and never the same again`() {
        #expect(RandomBytes.make(count: 0).isEmpty)
        #expect(RandomBytes.make(count: 32).count == 32)
        #expect(RandomBytes.make(count: 32) != RandomBytes.make(count: 32))
    }
}
