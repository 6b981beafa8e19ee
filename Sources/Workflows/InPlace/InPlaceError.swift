package import Nginx

/// Why a user's own file is not changed, or not changed back.
package enum InPlaceError: Error, Equatable {
    /// The blocks are not such that it could be done.
    case refused([EditRefusal])
    /// What nginx reads cannot be parsed, or could not be afterwards.
    case unreadable(ConfigurationError)
    /// A file is in the container's image, and would be lost with it.
    case inImage(file: String, place: String)
    /// A path leads to no file of its own: round in a circle, or to something else.
    case noFile(file: String)
    /// The file of this host is not what nginx reads.
    case differs(file: String, host: String)
    /// Two of the files that nginx reads are one, and would be changed in two ways.
    case sameFile(String, String)
    /// certctl writes the file of that site itself, as the settings at that path say.
    case ownSite(String, settings: String)
    /// There is no nginx that could be asked.
    case noNginx
    /// There is no certificate yet that could be put there.
    case noCertificate(String)
    /// No file was edited for it.
    case nothingToUndo(String, known: [String])
    /// What is to be taken back cannot be read.
    case recordDamaged(path: String)
    /// What would have to be kept to take it all back is more than anyone edits.
    case tooMuch(limit: Int)
    /// Some places are no longer as they were left: what a person has to do at which.
    case byHand([Place])

    /// A place that a person has to change.
    package struct Place: Equatable, Sendable {
        package let file: String
        /// From 1.
        package let line: Int
        /// In one line.
        package let remedy: String
    }
}
