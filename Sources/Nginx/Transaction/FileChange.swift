/// A file of nginx's configuration that is to become another one, whole.
package struct FileChange: Equatable, Sendable {
    /// How a file that is there compares with the change.
    package enum Standing: Equatable, Sendable {
        /// Nothing of the change has been made.
        case before
        /// All of it has.
        case after
        /// A write in place was cut off.
        case between
        /// Somebody else has changed it.
        case foreign
    }

    /// On this machine, absolute.
    package let path: String
    /// What it holds; `nil` where there is no such file.
    package let before: [UInt8]?
    /// What it is to hold; `nil` where it is to go.
    package let after: [UInt8]?
    /// Whether it has to stay the same inode: a container that mounts a single file never sees what
    /// takes its name later.
    package let isInPlace: Bool

    package init(path: String, before: [UInt8]?, after: [UInt8]?, isInPlace: Bool = false) {
        self.path = path
        self.before = before
        self.after = after
        self.isInPlace = isInPlace
    }

    /// Tells how far the change has come by what the file holds now; `nil` for no file.
    package func standing(of current: [UInt8]?) -> Standing {
        if current == before { return .before }
        if current == after { return .after }
        guard isInPlace, let before, let after, let current, isMixed(current, before, after) else {
            return .foreign
        }
        return .between
    }

    /// Whether `current` begins as one of both does and goes on as the other one, as far as that goes:
    /// that is what a write from the front leaves, forwards or back.
    private func isMixed(_ current: [UInt8], _ before: [UInt8], _ after: [UInt8]) -> Bool {
        func isWritten(_ new: [UInt8], over old: [UInt8]) -> Bool {
            let common = zip(current, new).prefix { $0 == $1 }.count
            let rest = current.dropFirst(common)
            // The rest of the longer one is cut off last.
            return rest.elementsEqual(old.dropFirst(common))
        }
        return isWritten(after, over: before) || isWritten(before, over: after)
    }
}
