package import ACME
package import CertificateStore
package import FoundationEssentials
package import Renewal

/// What an operator, or the timer, asks for with `certctl renew`.
package struct RenewRequest: Sendable {
    /// The lineages by name; empty for whichever is due.
    package var names: [String] = []
    /// Whether those are renewed that are not due or held back.
    package var isForced = false
    package var agreesToTerms: @Sendable (_ url: String) async -> Bool
    /// Learns of each step of the order for these names.
    package var progress: @Sendable (_ step: Issuance.Step, _ names: [String]) -> Void

    /// Asks for whatever is due; no terms are agreed to.
    package init(
        agreesToTerms: @escaping @Sendable (_ url: String) async -> Bool = { _ in false },
        progress: @escaping @Sendable (_ step: Issuance.Step, _ names: [String]) -> Void = { _, _ in
        }
    ) {
        self.agreesToTerms = agreesToTerms
        self.progress = progress
    }

    /// Whether it is what the timer asks for.
    var isPlain: Bool { names.isEmpty && !isForced }

    /// The lineages that are named, each once, in the order of their names.
    ///
    /// Throws ``StoreError/unknownLineage(_:known:)``.
    func lineages(in store: CertificateStore) throws -> [LineageName] {
        try Set(names.map { try store.existingLineage($0).name }).sorted()
    }
}

/// What came of `certctl renew`.
package struct RenewReport: Sendable {
    /// What came of one lineage.
    package struct Ending: Sendable {
        package let name: LineageName
        package let outcome: RenewOutcome
        /// Whether a pause follows in which it is not tried again.
        package let isPaused: Bool

        package init(name: LineageName, outcome: RenewOutcome, isPaused: Bool = false) {
            self.name = name
            self.outcome = outcome
            self.isPaused = isPaused
        }
    }

    /// Whether another `renew` was at work, so that nothing was done.
    package var isBusy = false
    /// The lineages that were looked at, in the order of their names.
    package var endings: [Ending] = []
    /// Whether lineages were named: then all of this is about those alone.
    package var isNamed = false
    /// How many certificates there are.
    package var count = 0
    /// How many others are due, and not tried before a moment that is still to come.
    package var held = 0
    /// Whether there is a lineage that was never issued, where there is no certificate.
    package var isAnyWaiting = false
    /// Why not all could be written down that the next run goes by; `nil` where it was.
    package var unsaved: (any Error)?
    /// The lineage that is looked at next, and when.
    package var next: (name: LineageName, moment: Date)?
    /// One that the next run looks at, whenever that is.
    package var again: LineageName?

    package init() {}

    /// The lineages that have a new certificate now.
    package var renewed: [LineageName] {
        endings.compactMap { ending in
            if case .renewed = ending.outcome { ending.name } else { nil }
        }
    }
}

/// What came of one lineage.
package enum RenewOutcome: Sendable {
    case renewed(StoredCertificate, RenewalCause)
    /// It is not due before that moment.
    case kept(due: Date)
    /// It is due, and not tried before that moment; the reason is harmless to print.
    case held(until: Date, RenewalHold, reason: String)
    case failed(any Error)
    /// Another certctl is at work on it.
    case busy
    /// There is no certificate yet, and no order that could be gone on with; the names as far as known.
    case waiting([String])
}
