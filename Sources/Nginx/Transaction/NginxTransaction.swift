/// Changes nginx's configuration as one piece: it is tested, reloaded and proven, or is what it was.
///
/// A value that decides; whoever drives it performs each ``Action`` and tells what came of it.
///
///     testing what is there ─► noting ─► writing ─► testing ─► reloading ─► proving ─► forgetting
///              │                            │          │           │          │
///              ▼                            └──────────┴─────┬─────┴──────────┘
///         untouched                                          ▼
///                                     restoring ─► testing ─► reloading ─► forgetting ─► rolled back
///
/// What was there is noted durably before anything is changed. Whoever finds such a note goes on with
/// ``init(interruptedAfter:)``, which puts everything back: after a crash at any place nginx has what
/// it had, or what was proven.
package struct NginxTransaction: Sendable {
    /// What is to be done next.
    package enum Action: Equatable, Sendable {
        /// Have nginx test what is on disk.
        case test
        /// Keep what stands in the files, durably.
        case note
        /// Make the change of that number.
        case write(Int)
        /// Have nginx take up what is on disk.
        case reload
        /// See that what is wanted is served.
        case prove
        /// Take the change of that number back.
        case restore(Int)
        /// Drop the note.
        case forget
        /// Nothing: it is over.
        case end(Ending)
    }

    /// What came of an action.
    package enum Event: Equatable, Sendable {
        case succeeded
        /// For people.
        case failed(String)
    }

    /// What stood in the way.
    package struct Fault: Error, Equatable, Sendable {
        /// At what.
        package enum Step: Equatable, Sendable {
            /// What was there is refused by nginx, whatever is added to it.
            case brokenBefore
            case note
            case write
            case test
            case reload
            case prove
            /// An earlier run did not come to its end.
            case interrupted
        }

        /// What has to be had out of the way of a file by its file system.
        package enum Obstacle: Equatable, Sendable {
            /// There is no room for the file of that path.
            case full(path: String)
            /// Where the file of that path is, nothing can be written.
            case readOnly(path: String)
        }

        package let step: Step
        /// For people; as a rule nginx's own words.
        package let reason: String
        /// Why ``Step/write`` has failed, where the system has told; told by whoever drives.
        package let obstacle: Obstacle?

        package init(_ step: Step, _ reason: String, _ obstacle: Obstacle? = nil) {
            self.step = step
            self.reason = reason
            self.obstacle = obstacle
        }
    }

    /// How it ended.
    package enum Ending: Equatable, Sendable {
        /// All of it is served.
        case served
        /// Nothing was changed.
        case untouched(Fault)
        /// Everything is as it was; `unsettled` says where nginx does not like that any more.
        case rolledBack(Fault, unsettled: String?)
        /// Something could not be put back, for that reason; the note stays, so that the next run can.
        case stuck(Fault, String)
    }

    private enum State: Sendable {
        case testingBefore
        case noting
        case writing(Int)
        case testing
        case reloading
        case proving
        case restoring(Int, Return)
        case testingRestored(Return)
        case reloadingRestored(Return)
        case forgetting(Ending)
        case ended(Ending)
    }

    /// A way back.
    private struct Return: Sendable {
        let fault: Fault
        /// Whether nginx may have taken up what is taken back.
        let isLoaded: Bool
        /// Whether somebody else has changed some of the files since, and those are left alone.
        var isOthers = false
        /// What could not be put back.
        var obstacle: String?
        /// What nginx says to what was put back.
        var unsettled: String?
    }

    private let count: Int
    private var state: State

    /// Begins to make `count` changes; with none, nginx is only made to take up what is on disk.
    ///
    /// What is there is not tested first where nginx is known to refuse it, and the changes are to
    /// mend that.
    package init(changes count: Int, isMending: Bool = false) {
        self.count = count
        state = count == 0 ? .testing : isMending ? .noting : .testingBefore
    }

    /// Goes on where a run of `count` changes was cut off: puts back what was there.
    ///
    /// With `isOthers` somebody else has changed some of the files since, and those are none of the `count`: what
    /// stood in them is kept until nginx accepts what stands there now.
    package init(interruptedAfter count: Int, isOthers: Bool = false) {
        self.count = count
        let fault = Fault(.interrupted, "an earlier run was cut off")
        let way = Return(fault: fault, isLoaded: true, isOthers: isOthers)
        state = .restoring(count - 1, way)
        settle()
    }

    /// What is to be done now.
    package var action: Action {
        switch state {
        case .testingBefore, .testing, .testingRestored: .test
        case .noting: .note
        case .writing(let index): .write(index)
        case .reloading, .reloadingRestored: .reload
        case .proving: .prove
        case .restoring(let index, _): .restore(index)
        case .forgetting: .forget
        case .ended(let ending): .end(ending)
        }
    }

    /// Takes what came of ``action``.
    package mutating func receive(_ event: Event) {
        switch (state, event) {
        case (.testingBefore, .succeeded): state = .noting
        case (.testingBefore, .failed(let reason)):
            state = .ended(.untouched(Fault(.brokenBefore, reason)))
        case (.noting, .succeeded): state = .writing(0)
        case (.noting, .failed(let reason)):
            // It may be there all the same: then it says what stands in the files, which does no harm.
            state = .ended(.untouched(Fault(.note, reason)))
        case (.writing(let index), .succeeded):
            state = index + 1 < count ? .writing(index + 1) : .testing
        case (.writing(let index), .failed(let reason)):
            // Of this one some bytes may stand.
            takeBack(from: index, Fault(.write, reason), isLoaded: false)
        case (.testing, .succeeded): state = .reloading
        case (.testing, .failed(let reason)):
            takeBack(from: count - 1, Fault(.test, reason), isLoaded: false)
        case (.reloading, .succeeded): state = .proving
        case (.reloading, .failed(let reason)):
            takeBack(from: count - 1, Fault(.reload, reason), isLoaded: true)
        case (.proving, .succeeded):
            state = count > 0 ? .forgetting(.served) : .ended(.served)
        case (.proving, .failed(let reason)):
            takeBack(from: count - 1, Fault(.prove, reason), isLoaded: true)
        case (.restoring(let index, var way), _):
            if case .failed(let reason) = event { way.obstacle = way.obstacle ?? reason }
            state = .restoring(index - 1, way)
            settle()
        case (.testingRestored(let way), .succeeded):
            state = way.isLoaded ? .reloadingRestored(way) : .forgetting(ending(of: way))
        case (.testingRestored(let way), .failed(let reason)) where way.isOthers:
            state = .ended(.stuck(way.fault, reason))
        case (.testingRestored(var way), .failed(let reason)):
            way.unsettled = reason
            state = .forgetting(ending(of: way))
        case (.reloadingRestored(let way), .failed(let reason)) where way.isOthers:
            state = .ended(.stuck(way.fault, reason))
        case (.reloadingRestored(var way), _):
            if case .failed(let reason) = event { way.unsettled = reason }
            state = .forgetting(ending(of: way))
        case (.forgetting(let ending), .succeeded): state = .ended(ending)
        case (.forgetting(let ending), .failed(let reason)):
            // With a note of it left, the next run would take back what was proven.
            state = .ended(Self.unforgotten(ending, reason))
        case (.ended, _): break
        }
    }

    private mutating func takeBack(from index: Int, _ fault: Fault, isLoaded: Bool) {
        guard count > 0 else {
            state = .ended(.untouched(fault))
            return
        }
        state = .restoring(index, Return(fault: fault, isLoaded: isLoaded))
    }

    /// Leaves ``State/restoring`` once the first change is taken back.
    private mutating func settle() {
        guard case .restoring(let index, let way) = state, index < 0 else { return }
        state =
            way.obstacle.map { .ended(.stuck(way.fault, $0)) } ?? .testingRestored(way)
    }

    private func ending(of way: Return) -> Ending {
        .rolledBack(way.fault, unsettled: way.unsettled)
    }

    private static func unforgotten(_ ending: Ending, _ reason: String) -> Ending {
        switch ending {
        case .rolledBack(let fault, _), .untouched(let fault), .stuck(let fault, _):
            .stuck(fault, reason)
        case .served: .stuck(Fault(.note, reason), reason)
        }
    }
}
