package import FoundationEssentials

/// A limit of a CA that leaves no room for an order.
package struct LimitReached: Equatable, Sendable {
    package let authority: String
    /// What is counted.
    package let subject: String
    package let scope: String
    package let size: Int
    /// When there is room again.
    package let next: Date
}
