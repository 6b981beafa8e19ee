package import FoundationEssentials

/// What is known about bringing a generation of a lineage into use.
///
/// A lineage whose last record names another generation than its last commit is pending, and so is
/// one of which something is still owed.
package struct DeployRecord: Codable, Equatable, Sendable {
    /// What has come of trying.
    package struct Failure: Codable, Equatable, Sendable {
        /// How many times in a row the generation has failed.
        package let count: Int
        /// When that was last.
        package let last: Date
        /// What was the matter, in one line; empty for who may not know, and where all of them are too much.
        package internal(set) var reason: String

        package init(count: Int, last: Date, reason: String) {
            self.count = count
            self.last = last
            self.reason = reason
        }
    }

    package let lineage: LineageName
    package let generation: GenerationNumber
    /// The hook of `--deploy-hook` that has not succeeded yet; `nil` when every hook has.
    package var owedHook: String?
    /// Whether only the hooks of `post.d` have not succeeded yet; `nil` is no.
    package var owesPost: Bool?
    /// The last attempt, where that failed.
    package var failure: Failure?

    package init(_ lineage: LineageName, _ generation: GenerationNumber) {
        self.lineage = lineage
        self.generation = generation
    }

    /// Whether that generation is in use and nothing is owed.
    package func isDone(_ generation: GenerationNumber) -> Bool {
        self == DeployRecord(lineage, generation)
    }
}

/// That a generation could not be brought into use, for everyone to know.
package struct FailedDeployment: Codable, Equatable, Sendable {
    package let generation: GenerationNumber
    /// How many times in a row.
    package let count: Int
    /// When that was last.
    package let last: Date
}
