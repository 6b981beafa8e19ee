/// A certctl.conf that is not even read.
package enum SettingsFileError: Error, Equatable {
    /// A link or the like stands in the place of the file or of its directory.
    case notRegular(String)
    case foreignOwner(String, owner: UInt32)
    case writableByOthers(String, mode: String)
    case tooLong(String, bytes: Int)
}
