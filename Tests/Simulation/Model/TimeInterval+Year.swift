import FoundationEssentials
import Renewal

extension TimeInterval {
    /// A year without a leap day, in seconds.
    static let year: TimeInterval = 365 * .day
}
