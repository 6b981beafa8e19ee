/// The permission bits of a file.
package struct FileMode: Equatable, Sendable, CustomStringConvertible {
    package let bits: UInt32

    /// Takes permission bits as `chmod` does; others are dropped.
    package init(_ bits: UInt32) {
        self.bits = bits & 0o7777
    }

    /// A file with key material, or with something that only its owner has to know.
    package static let privateFile = FileMode(0o600)
    package static let publicFile = FileMode(0o644)
    /// A file that its group may read, such as settings that a service goes by.
    package static let groupReadableFile = FileMode(0o640)
    package static let privateDirectory = FileMode(0o700)
    package static let publicDirectory = FileMode(0o755)
    /// What is made in it belongs to its group, and a directory there does the same.
    package static let groupsDirectory = FileMode(0o2755)
    /// Its group may look around in it and pass; what is made in it belongs to that group, too.
    package static let groupDirectory = FileMode(0o2750)
    /// The same for what others may pass through to names that they know.
    package static let ownCopiesDirectory = FileMode(0o2711)
    /// Others may pass through to names that they know, and cannot look around.
    package static let passageDirectory = FileMode(0o711)

    /// Whether anyone but the owner may read, write or run it.
    package var isOpenToOthers: Bool { bits & 0o077 != 0 }
    /// Whether anyone but the owner may write.
    package var isWritableByOthers: Bool { bits & 0o022 != 0 }
    /// Whether what is made in such a directory belongs to its group.
    package var givesItsGroup: Bool { bits & 0o2000 != 0 }
    /// Whether in such a directory only the owner of a file can move it away, as in `/tmp`.
    package var isSticky: Bool { bits & 0o1000 != 0 }

    /// Whether everyone may write.
    package var isWritableByEveryone: Bool { bits & 0o002 != 0 }

    /// In octal, as `chmod` takes it.
    package var description: String {
        let digits = String(bits, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
