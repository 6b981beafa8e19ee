package import Diagnostics

extension SettingsFileError: Diagnosable {
    package var diagnosis: Diagnosis {
        let (path, why, fix) = explanation
        return Diagnosis(
            what: "the settings in \(path) are not safe to use",
            why: why,
            fix: fix,
            exitCode: .configuration
        )
    }

    private var explanation: (path: String, why: String, fix: String) {
        switch self {
        case .notRegular(let path):
            let shown = path.harmless(limit: 300)
            return (
                shown, "it is a symbolic link, or not what has to be there",
                "put the real one in its place: certctl follows no links"
            )
        case .foreignOwner(let path, let owner):
            let shown = path.harmless(limit: 300)
            return (
                shown, "it belongs to user \(owner), who could have commands run as you",
                "if what is in it is yours: chown \"$(id -un)\" '\(shown)'"
            )
        case .writableByOthers(let path, let mode):
            let shown = path.harmless(limit: 300)
            return (
                shown, "others may write there (mode \(mode)), and have commands run as you",
                "see that nothing is in it that is not yours, then: chmod go-w '\(shown)'"
            )
        case .tooLong(let path, let bytes):
            let shown = path.harmless(limit: 300)
            return (
                shown, "it has \(bytes) bytes, and settings have less than 10 MB",
                "see what is in it: head '\(shown)'"
            )
        }
    }
}
