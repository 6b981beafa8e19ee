import FoundationEssentials
import Testing

@testable import Simulation

@Suite struct SpansTests {
    private func moment(_ seconds: Double) -> Date { Date(timeIntervalSince1970: seconds) }

    private func span(_ start: Double, _ end: Double) -> Range<Date> { moment(start)..<moment(end) }

    @Test func `spans that touch are one`() {
        let spans = Spans([span(5, 7), span(0, 3), span(3, 4), span(6, 9)])
        #expect(spans.all == [span(0, 4), span(5, 9)])
    }

    @Test func `what is left of a range lies between the spans`() {
        let spans = Spans([span(2, 3), span(5, 20)])
        #expect(spans.gaps(in: span(0, 10)) == [span(0, 2), span(3, 5)])
        #expect(spans.gaps(in: span(6, 10)).isEmpty)
        #expect(Spans().gaps(in: span(0, 1)) == [span(0, 1)])
    }

    @Test func `a span ends at its end and before the next moment`() {
        let spans = Spans([span(2, 3), span(5, 6)])
        #expect(spans.end(at: moment(5)) == moment(6))
        #expect(spans.end(at: moment(4)) == nil)
    }
}
