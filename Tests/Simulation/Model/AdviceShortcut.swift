import FoundationEssentials
import Renewal

/// Spares questions that the CA would answer as it did before.
///
/// Every certificate is asked about once a day and more: of ten thousand that would be four million
/// questions a year, nearly all of which change nothing. What the CA has said counts as said just now
/// until a day before something changes in the course of the year; then each certificate goes on being
/// asked about, from a moment of its own. The policy decides all the same.
struct AdviceShortcut: Sendable {
    private let course: Course

    init(_ course: Course) {
        self.course = course
    }

    /// The facts as they would be with all questions asked.
    func completed(_ facts: RenewalFacts, at now: Date) -> RenewalFacts {
        guard let advice = facts.advice, isSettled(advice), isQuiet(since: advice.asked, now),
            let next = resumption(facts, after: advice.asked), now < next
        else { return facts }
        var facts = facts
        facts.advice = RenewalAdvice(
            window: advice.window,
            asked: now,
            next: next,
            failures: advice.failures
        )
        return facts
    }

    /// Whether another question would leave the advice as it is.
    private func isSettled(_ advice: RenewalAdvice) -> Bool {
        // The first questions in vain are asked again soon, and what was said before counts for so long.
        advice.window != nil ? advice.failures == 0 : advice.failures > 3
    }

    /// Whether the clock was right and nothing has changed.
    private func isQuiet(since asked: Date, _ now: Date) -> Bool {
        guard asked <= now, course.change(after: asked).map({ $0 > now }) ?? true else { return false }
        return course.wrongClock.map { !$0.span.contains(now) && !$0.span.contains(asked) } ?? true
    }

    /// When the questions go on.
    private func resumption(_ facts: RenewalFacts, after asked: Date) -> Date? {
        guard let change = course.change(after: asked) else { return .distantFuture }
        let moment = facts.random.fraction(1) * .day
        return change.addingTimeInterval(moment - .day)
    }
}
