import Platform
import Testing

/// What `poll` is given never ends before the moment.
@Suite struct DurationMillisecondsTests {
    @Test(
        arguments: [
            (.zero, 0), (.seconds(-5), 0), (.nanoseconds(-1), 0), (.nanoseconds(1), 1),
            (.microseconds(999), 1), (.milliseconds(1), 1), (.microseconds(1001), 2),
            (.milliseconds(1999), 1999), (.seconds(2), 2000), (.seconds(2_147_482), 2_147_482_000),
        ] as [(Duration, Int32)]
    )
    func `a part of a millisecond is a whole one`(duration: Duration, milliseconds: Int32) {
        #expect(duration.roundedUpToMilliseconds == milliseconds)
    }

    @Test(arguments: [Duration.seconds(2_147_483), .seconds(2_147_484), .seconds(Int64.max)])
    func `what does not fit is the most there is`(duration: Duration) {
        #expect(duration.roundedUpToMilliseconds == .max)
    }
}
