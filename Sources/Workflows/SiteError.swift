package import Settings

/// What cannot be done about the sites of certctl.conf.
package enum SiteError: Error, Equatable {
    /// What was asked for a block makes no sense: the faults that the file would have.
    case unusable([SettingsFault])
    /// No block is about that host.
    case unknown(String, known: [String])
    /// A block is about that host already, and so about all of these.
    case exists(String, of: [String])
    /// A block is about one of the hosts, and about others as well or not about all.
    case otherNames(String, String)
    /// A whole site was to go by another name than its first one; the block's file and line.
    case notFirst(String, of: [String], place: String)
    /// The file was changed by somebody else while it was about to be written.
    case settingsChanged(path: String)
}
