import Testing

@testable import Platform

@Suite struct DurationTests {
    @Test func `a part of a millisecond counts as a whole one`() {
        #expect(Duration.nanoseconds(1).roundedUpToMilliseconds == 1)
        #expect(Duration.microseconds(1999).roundedUpToMilliseconds == 2)
    }

    @Test func `whole milliseconds stay as they are`() {
        #expect(Duration.milliseconds(5001).roundedUpToMilliseconds == 5001)
    }

    @Test func `a moment that has passed is no time`() {
        #expect(Duration.seconds(-3).roundedUpToMilliseconds == 0)
        #expect(Duration.zero.roundedUpToMilliseconds == 0)
    }

    @Test func `more than fits is the most that fits`() {
        #expect(Duration.seconds(1 << 40).roundedUpToMilliseconds == Int32.max)
    }
}
