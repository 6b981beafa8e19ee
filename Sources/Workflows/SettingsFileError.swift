/// A certctl.conf that is not even read.
package enum SettingsFileError: Error, Equatable {
    /// A link, a directory or the like.
    case notRegular(String)
    case foreignOwner(String, owner: UInt32)
    case writableByOthers(String, mode: String)
    case tooLong(String, bytes: Int)
}
