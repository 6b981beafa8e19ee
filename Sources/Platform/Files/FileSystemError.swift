/// A system call on a file that failed.
package struct FileSystemError: Error, Equatable {
    /// Why, as far as callers decide by it.
    package enum Reason: Equatable, Sendable {
        case notFound
        case exists
        case notPermitted
        case readOnly
        case noSpace
        /// A symbolic link stands where none may be.
        case symbolicLink
        case notDirectory
        /// A directory stands where a file has to be.
        case isDirectory
        /// A pipe, a socket or a device stands where a file has to be.
        case notRegular
        case notEmpty
        /// A file was to be moved to another file system, which no rename can.
        case otherFileSystem
        /// The disk cannot read what is there, or cannot write.
        case inputOutput
        /// Any other `errno`.
        case other(Int32)
    }

    /// The system call's name.
    package let operation: String
    package let path: String
    package let reason: Reason
    /// The system's own words for it.
    package let text: String

    package init(operation: String, path: String, reason: Reason, text: String) {
        self.operation = operation
        self.path = path
        self.reason = reason
        self.text = text
    }
}
