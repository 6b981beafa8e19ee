import Platform

/// Whom copies of what was issued are made for.
package enum CopyReader: Hashable, Sendable {
    /// Root, where what was issued is another user's: he and the nginx that he starts read what nobody else
    /// can change. The copies are kept as what was issued is: keys are root's alone, the rest may be read by all.
    case root
    /// A group, that of an nginx whose master process is not root, and nobody else.
    case group(UInt32)

    /// No group's number.
    private static let rootName = "root"

    /// The name of their directory.
    var directory: String {
        switch self {
        case .root: Self.rootName
        case .group(let number): "\(number)"
        }
    }

    /// The group that the copies belong to.
    var group: UInt32 {
        switch self {
        case .root: 0
        case .group(let number): number
        }
    }

    /// Whose copies a directory of that name has; `nil` for any other.
    init?(directory: String) {
        if directory == Self.rootName {
            self = .root
        } else if let number = UInt32(directory) {
            self = .group(number)
        } else {
            return nil
        }
    }

    /// Of directories, which give their group to all that is made in them.
    var directoryMode: FileMode {
        switch self {
        case .root: .ownCopiesDirectory
        case .group: .groupDirectory
        }
    }

    /// Whether a directory may have that mode: what is made in root's belongs to root anyway, and the deploy
    /// unit may set no mode that gives a group on.
    func accepts(_ mode: FileMode) -> Bool {
        mode == directoryMode || self == .root && mode == .passageDirectory
    }

    /// What a directory of another mode gets.
    var mendedMode: FileMode {
        switch self {
        case .root: .passageDirectory
        case .group: directoryMode
        }
    }

    /// Of a file that is a key, or is none.
    func fileMode(isKey: Bool) -> FileMode {
        switch self {
        case .root: isKey ? .privateFile : .publicFile
        case .group: .groupReadableFile
        }
    }
}
