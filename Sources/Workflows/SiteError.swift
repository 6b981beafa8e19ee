package import Settings

/// What cannot be done about the sites of certctl.conf.
package enum SiteError: Error, Equatable {
    /// What was asked for a block makes no sense: the faults that the file would have.
    case unusable([SettingsFault])
    /// No block is about that host.
    case unknown(String, known: [String])
    /// A block is about that host already.
    case exists(String)
    /// A block is about one of the hosts, and about others as well or not about all.
    case otherNames(String, String)
    /// The file was changed by somebody else while it was about to be written.
    case settingsChanged(path: String)
}
