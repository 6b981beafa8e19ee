package import Diagnostics

extension StoreError: Diagnosable {
    package var diagnosis: Diagnosis {
        switch self {
        case .busy(let name):
            return Diagnosis(
                what: "\(name) is in use",
                why: "another certctl has been at work on it for 30 seconds",
                fix: "wait for it to end, then run the same command again",
                exitCode: .store
            )
        case .distrusted(let path, let distrust):
            return distrust.diagnosis(of: path.harmless(limit: 300))
        case .damaged(let path, let reason):
            return Diagnosis(
                what: "\(path.harmless(limit: 300)) is damaged",
                why: reason.harmless(limit: 300),
                fix: "put the file back from a backup, or move it away and run the command again",
                exitCode: .store
            )
        case .noRoom(let path, let reason):
            return Diagnosis(
                what: "there is too little room below \(path.harmless(limit: 300))",
                why: reason,
                fix: "make room (df -h and df -i tell where), then run the same command again; "
                    + "the CA was not asked for anything",
                exitCode: .store
            )
        case .groupRefused(let group, let reason):
            return Diagnosis(
                what: "keys cannot be given to group \(group), as tls_group has it",
                why:
                    "only root can do that, or a member of the group: \(reason.harmless(limit: 300))",
                fix:
                    "run it by hand as root: sudo certctl deploy; or take tls_group out of certctl.conf",
                exitCode: .store
            )
        case .unknownLineage(let name, let known):
            let names =
                known.isEmpty
                ? "there is none yet"
                : "there \(known.count == 1 ? "is" : "are") \(known.joined(separator: ", "))"
            return Diagnosis(
                what: "there is no certificate named \(name.harmless(limit: 300))",
                why: names,
                fix: known.isEmpty
                    ? "get one: certctl issue \(name.harmless(limit: 300))"
                    : "see them all with: certctl list",
                exitCode: .configuration
            )
        }
    }
}

extension StoreError.Distrust {
    fileprivate func diagnosis(of path: String) -> Diagnosis {
        let (why, fix) = explanation(path)
        return Diagnosis(
            what: "\(path) is not safe to use",
            why: why,
            fix: fix,
            exitCode: .store
        )
    }

    private func explanation(_ path: String) -> (why: String, fix: String) {
        switch self {
        case .symbolicLink:
            (
                "it is a symbolic link, and whoever can change it could send keys elsewhere",
                "put the real folder in its place"
            )
        case .notDirectory:
            ("it is not a folder", "move it away; certctl makes the folder itself")
        case .notFile:
            ("it is no regular file", "put the real file in its place, or move it away")
        case .notOfRoot(let user, let isAllRoots):
            (
                "it belongs to user \(user), who could change what root writes there",
                "run certctl as that user: sudo -u '#\(user)' certctl …; or, where root brings the "
                    + "certificates into use: sudo chown \(isAllRoots ? "-R " : "")root '\(path)'"
            )
        case .writtenBy(let user):
            (
                "user \(user) wrote it or could have, and it says what is run and written as root",
                "look at it, then remove it: sudo rm -r '\(path)'; what is not known then is brought "
                    + "into use once more"
            )
        case .owner(let user):
            (
                "it belongs to user \(user)",
                "run certctl as that user, or give it to yours: chown -R \"$(id -un)\" '\(path)'"
            )
        case .writableByOthers(let mode):
            ("others may write there (mode \(mode))", "chmod go-w '\(path)'")
        case .readableByOthers(let mode):
            (
                "it is a key, and others may read it (mode \(mode))",
                "chmod 600 '\(path)'; if someone may have read it, have a new one made"
            )
        }
    }
}
