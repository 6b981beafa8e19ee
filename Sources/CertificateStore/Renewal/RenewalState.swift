package import FoundationEssentials
import Platform
package import Renewal

/// What went wrong with a lineage's renewals, kept so that a restart is no reason to try again.
package struct RenewalState: Codable, Equatable, Sendable {
    /// The certificate that was to be renewed; `nil` before the first.
    package var generation: GenerationNumber?
    /// The failures in a row since then at each CA, by the URL of its directory.
    package var failures: [String: FailureRecord] = [:]
    package var signals = SignalHistory()
    /// When its last order ended as if the CA were down, which may be about this one alone; `nil` where it did
    /// not.
    package var lastOutage: Date?

    /// Nothing has gone wrong.
    package init() {}

    /// The same of a generation.
    init(of generation: GenerationNumber?) { self.generation = generation }

    /// The state as it is about `generation`: failures before it came are of the past.
    package func about(_ generation: GenerationNumber?) -> RenewalState {
        guard self.generation != generation else { return self }
        var state = self
        state.generation = generation
        state.failures = [:]
        state.lastOutage = nil
        return state
    }

    /// What went wrong last, at whichever CA.
    package var lastFailure: FailureRecord? { failures.values.max { $0.last < $1.last } }
}

extension CertificateStore {
    /// The state of a lineage's renewals.
    ///
    /// A file that is damaged counts as none: what it would have held back is tried once more.
    package func renewalState(of name: LineageName) throws -> RenewalState {
        try readable(RenewalState.self, layout.renewalState(name)) ?? RenewalState()
    }

    /// Keeps the state of a lineage's renewals; there is no file where there is nothing to keep.
    package func save(_ state: RenewalState, of name: LineageName) throws {
        let path = layout.renewalState(name)
        guard state != RenewalState(of: state.generation) else {
            return try fileSystem.removeIfPresent(path)
        }
        try replace(path, with: state)
    }

    /// Puts `value` as JSON in the place of a file.
    func replace(_ path: String, with value: some Encodable) throws {
        try fileSystem.replaceFile(
            path,
            StoreJSON.encode(value),
            .privateFile,
            temporary: path + ".new"
        )
    }
}
