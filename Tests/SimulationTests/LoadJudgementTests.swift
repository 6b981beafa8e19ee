import FoundationEssentials
import Renewal
import Testing

@testable import Simulation

@Suite struct LoadJudgementTests {
    private let start = Date(timeIntervalSince1970: 1_800_000_000)

    private var course: Course {
        Course(year: start..<start.addingTimeInterval(.year), lifetime: 90 * .day)
    }

    /// A year with `mean` orders every hour, and with `count` more in its hundredth.
    private func record(_ count: Int, mean: Int = 1) -> YearRecord {
        var record = YearRecord(course.year)
        for hour in 0..<8760 {
            for _ in 0..<(hour == 100 ? mean + count : mean) {
                let moment = start.addingTimeInterval((Double(hour) + 0.5) * .hour)
                let event = ModelSource.OrderEvent(lineage: 0, moment: moment, ending: "issued")
                record.note([event])
            }
        }
        return record
    }

    /// Of twenty an hour three times as many; of one what chance makes of it.
    @Test(arguments: [(20, 40), (1, 9)])
    func `three times the mean is borne, or what chance explains, and no more`(
        mean: Int,
        more: Int
    ) {
        let judgement = LoadJudgement(course, size: 10_000)
        var borne = record(more, mean: mean)
        judgement.judge(&borne)
        #expect(borne.faults.isEmpty)
        var fault = record(more + 1, mean: mean)
        judgement.judge(&fault)
        #expect(fault.faults.map(\.rule) == [.load])
    }

    @Test func `while the CA is down, and until that is made up for, more is borne`() {
        var course = course
        let began = start.addingTimeInterval(90 * .hour)
        course.authorityDown = Spans([began..<began.addingTimeInterval(8 * .hour)])
        var year = record(100)
        LoadJudgement(course, size: 1000).judge(&year)
        #expect(year.faults.isEmpty)
    }

    @Test func `chance alone explains no more than it does once in ten million hours`() {
        // The Poisson distribution's own figures.
        #expect(LoadJudgement.quantile(0) == 0)
        #expect(LoadJudgement.quantile(1) == 10)
        #expect((22...26).contains(LoadJudgement.quantile(7)))
    }
}
