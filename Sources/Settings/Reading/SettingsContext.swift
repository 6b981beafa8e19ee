/// Where in certctl.conf a directive can stand.
package enum SettingsContext: String, CaseIterable, Sendable {
    /// Outside of all blocks.
    case file
    /// In the block of `ca` or `fallback`.
    case authority
    case proxy
    case site
    case location
    case certificate

    /// As in "`to` belongs …".
    package var place: String {
        switch self {
        case .file: "outside of all blocks"
        case .authority: "in the block of ca or fallback"
        case .proxy: "in proxy { }"
        case .site: "in site { }"
        case .location: "in location { }"
        case .certificate: "in certificate { }"
        }
    }
}
