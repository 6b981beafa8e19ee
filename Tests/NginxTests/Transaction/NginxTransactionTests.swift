import Testing

@testable import Nginx

/// A change is served, or nothing is changed: in whatever step something goes wrong.
@Suite struct NginxTransactionTests {
    private typealias Action = NginxTransaction.Action
    private typealias Ending = NginxTransaction.Ending
    private typealias Fault = NginxTransaction.Fault

    /// What is done until the end, where the action of number `broken` fails.
    private func run(
        _ transaction: NginxTransaction,
        failing broken: Set<Int> = []
    ) -> (actions: [Action], ending: Ending?) {
        var transaction = transaction
        var actions: [Action] = []
        while actions.count < 100 {
            let action = transaction.action
            if case .end(let ending) = action { return (actions, ending) }
            let isBroken = broken.contains(actions.count)
            actions.append(action)
            transaction.receive(isBroken ? .failed("no \(actions.count)") : .succeeded)
        }
        return (actions, nil)
    }

    private let straight: [Action] = [
        .test, .note, .write(0), .write(1), .test, .reload, .prove, .forget,
    ]

    @Test func `what works is tested, noted, written, tested, reloaded and proven, in that order`()
    {
        let run = run(NginxTransaction(changes: 2))
        #expect(run.actions == straight)
        #expect(run.ending == .served)
    }

    @Test func `without changes nginx is only made to take up what is there`() {
        let run = run(NginxTransaction(changes: 0))
        #expect(run.actions == [.test, .reload, .prove])
        #expect(run.ending == .served)
    }

    // X07
    @Test func `what was broken before is not touched`() {
        let run = run(NginxTransaction(changes: 2), failing: [0])
        #expect(run.actions == [.test])
        #expect(run.ending == .untouched(Fault(.brokenBefore, "no 1")))
    }

    @Test func `without a note nothing is written`() {
        let run = run(NginxTransaction(changes: 2), failing: [1])
        #expect(run.actions == [.test, .note])
        #expect(run.ending == .untouched(Fault(.note, "no 2")))
    }

    // X08, X11
    @Test(arguments: [
        (2, Fault.Step.write, [Action.restore(0), .test, .forget]),
        (3, .write, [.restore(1), .restore(0), .test, .forget]),
        (4, .test, [.restore(1), .restore(0), .test, .forget]),
        (5, .reload, [.restore(1), .restore(0), .test, .reload, .forget]),
        (6, .prove, [.restore(1), .restore(0), .test, .reload, .forget]),
    ])
    func
        `what fails is taken back from the last to the first, and loaded again where it was loaded`(
            place: Int,
            step: NginxTransaction.Fault.Step,
            rest: [NginxTransaction.Action]
        )
    {
        let run = run(NginxTransaction(changes: 2), failing: [place])
        #expect(run.actions == straight.prefix(place + 1) + rest)
        #expect(run.ending == .rolledBack(Fault(step, "no \(place + 1)"), unsettled: nil))
    }

    @Test func `what cannot be put back keeps the note, and the others are put back`() {
        let run = run(NginxTransaction(changes: 2), failing: [4, 5])
        #expect(run.actions == straight.prefix(5) + [.restore(1), .restore(0)])
        #expect(run.ending == .stuck(Fault(.test, "no 5"), "no 6"))
    }

    @Test func `that nginx does not like what was there any more is told`() {
        let run = run(NginxTransaction(changes: 1), failing: [4, 6])
        #expect(run.actions.suffix(3) == [.restore(0), .test, .forget])
        #expect(run.ending == .rolledBack(Fault(.reload, "no 5"), unsettled: "no 7"))
    }

    // X09
    @Test func `after a crash everything is put back`() {
        let run = run(NginxTransaction(interruptedAfter: 3))
        #expect(
            run.actions == [.restore(2), .restore(1), .restore(0), .test, .reload, .forget]
        )
        guard case .rolledBack(let fault, nil) = run.ending else {
            Issue.record("it ended with \(String(describing: run.ending))")
            return
        }
        #expect(fault.step == .interrupted)
    }

    @Test(arguments: 0..<12, 0..<12)
    func `whatever fails it comes to an end, and says served only where all was done`(
        one: Int,
        other: Int
    ) throws {
        let run = run(NginxTransaction(changes: 3), failing: [one, other])
        let ending = try #require(run.ending)
        let done = run.actions.count
        if ending == .served {
            #expect(run.actions == run.actions.filter { !$0.isReturn })
            #expect(one >= done && other >= done)
        }
        // A note stays only where something is left to be done about it.
        if run.actions.contains(.note), !run.actions.contains(.forget) {
            switch ending {
            case .stuck: break
            case .untouched(let fault): #expect(fault.step == .note)
            default: Issue.record("the note stays after \(ending)")
            }
        }
    }
}

extension NginxTransaction.Action {
    fileprivate var isReturn: Bool {
        if case .restore = self { true } else { false }
    }
}
