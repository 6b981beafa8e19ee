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

    /// A year of a hundred certificates for 45 days that are all of its beginning, as after an outage.
    ///
    /// Each is replaced within the 21.6 hours of its window: `late` of them in the last whole hour, the
    /// others evenly before that.
    private func herd(late: Int) -> YearRecord {
        let size = 100
        func validity(from moment: Date) -> Validity {
            Validity(notBefore: moment, notAfter: moment.addingTimeInterval(45 * .day))
        }
        var judgement = LoadJudgement(course, size: size)
        for lineage in 0..<size { judgement.note(lineage, validity(from: start), at: start) }
        let window = (first: 709.2, last: 729.0)
        var record = YearRecord(course.year)
        for lineage in 0..<size {
            let early = size - late
            let hour =
                lineage < early
                ? window.first + (window.last - window.first) * Double(lineage) / Double(early)
                : window.last + Double(lineage - early) / Double(late)
            let moment = start.addingTimeInterval(hour * .hour)
            record.note([.init(lineage: lineage, moment: moment, ending: "issued")])
            judgement.note(lineage, validity(from: moment), at: moment)
        }
        judgement.judge(&record)
        return record
    }

    @Test func `a window that many share asks for as much at its end as at its beginning`() {
        // 4.6 an hour are to be expected, of which chance makes up to 20.
        #expect(herd(late: 9).faults.isEmpty)
        #expect(herd(late: 20).faults.isEmpty)
        #expect(herd(late: 21).faults.map(\.rule) == [.load])
        #expect(herd(late: 100).faults.map(\.rule) == [.load])
    }

    @Test func `what is replaced before its window asks for nothing in it`() {
        var judgement = LoadJudgement(course, size: 100)
        let end = start.addingTimeInterval(90 * .day)
        for lineage in 0..<100 {
            judgement.note(lineage, Validity(notBefore: start, notAfter: end), at: start)
        }
        let early = start.addingTimeInterval(50 * .day)
        let later = Validity(notBefore: early, notAfter: early.addingTimeInterval(90 * .day))
        for lineage in 0..<100 { judgement.note(lineage, later, at: early) }
        // Ten in an hour of the window, which is the sixtieth day and 21.6 hours to each side of it.
        var year = YearRecord(course.year)
        let moment = start.addingTimeInterval(60 * .day)
        for lineage in 0..<10 {
            year.note([.init(lineage: lineage, moment: moment, ending: "issued")])
        }
        judgement.judge(&year)
        #expect(year.faults.map(\.rule) == [.load])
    }

    @Test func `while the CA is down, and until that is made up for, more is borne`() {
        var course = course
        let began = start.addingTimeInterval(90 * .hour)
        course.authorityDown = Spans([began..<began.addingTimeInterval(8 * .hour)])
        var year = record(100)
        LoadJudgement(course, size: 1000).judge(&year)
        #expect(year.faults.isEmpty)
    }

    /// A year in which forty names fail an hour from `first` on, after ten orders an hour, with `more` in an
    /// hour long before and long after that.
    private func failing(more: Int) -> YearRecord {
        var course = course
        let first = 7000
        let began = start.addingTimeInterval(Double(first) * .hour)
        course.unvalidated = Spans([began..<course.year.upperBound])
        var record = YearRecord(course.year)
        for hour in 0..<8760 {
            let extra = hour == first / 2 ? more : hour == first + 1000 ? 3 * more : 0
            for _ in 0..<(hour < first ? 10 : 40) + extra {
                let moment = start.addingTimeInterval((Double(hour) + 0.5) * .hour)
                record.note([.init(lineage: 0, moment: moment, ending: "failed")])
            }
        }
        LoadJudgement(course, size: 10_000).judge(&record)
        return record
    }

    @Test func `names that fail for good have a mean of their own, and so has the time before`() {
        // By the mean of the year, 16, the hour that has 42 instead of ten would be borne.
        #expect(failing(more: 0).faults.isEmpty)
        #expect(failing(more: 20).faults.isEmpty)
        let faults = failing(more: 32).faults
        #expect(faults.map(\.rule) == [.load, .load])
        #expect(faults.first?.description.contains("hour 3500") == true)
        #expect(faults.last?.description.contains("hour 8000") == true)
    }

    @Test func `chance alone explains no more than it does once in ten million hours`() {
        // The Poisson distribution's own figures.
        #expect(LoadJudgement.quantile(0) == 0)
        #expect(LoadJudgement.quantile(1) == 10)
        #expect((22...26).contains(LoadJudgement.quantile(7)))
    }
}
