package import Diagnostics

extension FileSystemError: Diagnosable {
    package var diagnosis: Diagnosis {
        Diagnosis(
            what: "\(path.harmless(limit: 300)) cannot be used",
            why: "\(operation): \(text)",
            fix: fix,
            exitCode: .store
        )
    }

    private var fix: String {
        switch reason {
        case .notFound: "check that the folder exists, then run the same command again"
        case .exists, .notEmpty: "see what is there, and move it away if it is not certctl's"
        case .notPermitted: "run the command as the user who owns the folder, or with sudo"
        case .readOnly: "remount the file system for writing: mount -o remount,rw …"
        case .noSpace: "make room (df -h and df -i tell where), then run the same command again"
        case .symbolicLink: "put the real folder in the link's place: certctl follows no links"
        case .notDirectory: "move the file away that stands where a folder has to be"
        case .isDirectory: "move the folder away that stands where a file has to be"
        case .notRegular: "see who has put it there, and move it away"
        case .otherFileSystem: "have all of certctl's folders on one file system: see findmnt"
        case .inputOutput, .other:
            "see dmesg for what the disk says, then run the same command again"
        }
    }
}
