import FoundationEssentials
import Renewal

/// A kind of year: what certificates there are, and what goes wrong in it.
package struct World: Sendable {
    /// As the table calls it.
    package let name: String
    /// Certificates that live for days, in turn of the seeds.
    package let days: [Double]
    /// Whether nothing goes wrong.
    var isCalm: Bool { name.allSatisfy { $0.isNumber || $0 == " " || "days".contains($0) } }

    /// Adds what goes wrong to a course.
    let trouble: @Sendable (inout Course, Draw) -> Void

    /// The course of the year `seed`.
    package func course(seed: UInt64) -> Course {
        let draw = Draw(seed: seed).about(name)
        let start = Date(timeIntervalSince1970: 1_800_000_000)
        // Let's Encrypt's six days are 160 hours.
        let days = days[Int(seed % UInt64(days.count))]
        var course = Course(
            year: start..<start.addingTimeInterval(.year),
            lifetime: days == 6 ? 160 * .hour : days * .day
        )
        trouble(&course, draw)
        course.noteChanges()
        return course
    }

    private static let mixed: [Double] = [90, 45, 6]

    /// A span of `length` seconds that begins between the fortieth and the three hundredth day.
    private static func span(
        _ course: Course,
        _ draw: Draw,
        _ length: TimeInterval
    ) -> Range<Date> {
        let wait = draw.about("begin").interval(40 * .day...300 * .day)
        let start = course.year.lowerBound.addingTimeInterval(wait)
        return start..<min(start.addingTimeInterval(length), course.year.upperBound)
    }

    private static func down(_ name: String, _ days: Double, _ length: TimeInterval) -> World {
        World(name: name, days: [days]) { course, draw in
            course.authorityDown = Spans([span(course, draw, length)])
        }
    }

    private static func clock(
        _ name: String,
        _ offset: @escaping @Sendable (Date) -> TimeInterval
    )
        -> World
    {
        World(name: name, days: mixed) { course, draw in
            // From what NTP mends soon to what nobody does.
            let lengths: [TimeInterval] = [2 * .hour, 3 * .day, 40 * .day, .year]
            let length = lengths[draw.about("length").index(below: lengths.count)]
            let span = span(course, draw, length)
            course.wrongClock = (span, offset(span.lowerBound))
            course.isDistrusting = draw.about("trust").index(below: 2) == 0
        }
    }

    private static func advice(
        _ name: String,
        _ faults: [AdviceFault],
        _ length: TimeInterval
    )
        -> World
    {
        World(name: name, days: mixed) { course, draw in
            let fault = faults[draw.about("fault").index(below: faults.count)]
            course.adviceFault = (span(course, draw, length), fault)
        }
    }

    /// All of them, with the cases of the reliability catalogue that they are.
    package static let all: [World] = [
        World(name: "90 days", days: [90]) { _, _ in },
        World(name: "45 days", days: [45]) { _, _ in },
        // A12 with 10,000 certificates, as each of these.
        World(name: "6 days", days: [6]) { _, _ in },
        // A10.
        down("90 days, CA down 8 h", 90, 8 * .hour),
        down("90 days, CA down 3 d", 90, 3 * .day),
        down("90 days, CA down 30 d", 90, 30 * .day),
        down("45 days, CA down 8 h", 45, 8 * .hour),
        down("45 days, CA down 3 d", 45, 3 * .day),
        down("45 days, CA down 30 d", 45, 30 * .day),
        down("6 days, CA down 8 h", 6, 8 * .hour),
        down("6 days, CA down 3 d", 6, 3 * .day),
        down("6 days, CA down 30 d", 6, 30 * .day),
        // A15: and on the first of three days the host restarts every minute.
        World(name: "CA down 3 d, restarts", days: mixed) { course, draw in
            let down = span(course, draw, 3 * .day)
            course.authorityDown = Spans([down])
            course.restarts = Spans([down.lowerBound..<down.lowerBound.addingTimeInterval(.day)])
        },
        // A01: the window of every certificate lies in the past, as before a mass revocation.
        World(name: "ARI: all revoked", days: mixed) { course, draw in
            course.recall = span(course, draw, 0).lowerBound
        },
        // A06.
        advice("ARI lies: too late", [.tooLate], 120 * .day),
        // A02.
        advice("ARI lies: always now", [.alwaysPast], 5 * .day),
        // A03.
        advice("ARI is nonsense", [.nonsense], .year),
        // A04.
        advice("ARI is gone", [.unanswered, .untold], .year),
        // C02, C01, C03, C11, A14: and right again at the end of the span, which is another jump.
        clock("clock +1 y") { _ in .year },
        clock("clock -1 y") { _ in -.year },
        clock("clock to 1970") { -$0.timeIntervalSince1970 },
        // A11, C09.
        World(name: "asleep 31 d", days: mixed) { course, draw in
            course.hostAway = Spans([span(course, draw, 31 * .day)])
            course.isRebooted = draw.about("reboot").index(below: 2) == 0
        },
        World(name: "disk full 2 d", days: mixed) { course, draw in
            course.diskFull = Spans([span(course, draw, 2 * .day)])
        },
        World(name: "deploy fails 7 d", days: mixed) { course, draw in
            course.deployFails = Spans([span(course, draw, 7 * .day)])
        },
        // A16: for good. A15: and one day in twenty the host restarts every minute.
        World(name: "names fail for good", days: mixed) { course, draw in
            let first = span(course, draw, 0).lowerBound
            course.unvalidated = Spans([first..<course.year.upperBound])
            course.restarts = Spans(
                (0..<4).map { count in
                    let day = first.addingTimeInterval(Double(count) * 20 * .day)
                    return day..<day.addingTimeInterval(.day)
                }
            )
        },
        // D20.
        World(name: "old backup restored", days: mixed) { course, draw in
            let made = span(course, draw, 0).lowerBound
            let age = draw.about("age").interval(1 * .day...50 * .day)
            course.backup = (made, made.addingTimeInterval(age))
        },
    ]
}
