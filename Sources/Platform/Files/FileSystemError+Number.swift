import Glibc

extension FileSystemError.Reason {
    /// Sorts an error number of the system.
    init(_ code: Int32) {
        switch code {
        case ENOENT: self = .notFound
        case EEXIST: self = .exists
        case EACCES, EPERM: self = .notPermitted
        case EROFS: self = .readOnly
        case EXDEV: self = .otherFileSystem
        case ENOSPC, EDQUOT: self = .noSpace
        case EIO: self = .inputOutput
        case ELOOP: self = .symbolicLink
        case ENOTDIR: self = .notDirectory
        case EISDIR: self = .isDirectory
        case ENOTEMPTY: self = .notEmpty
        default: self = .other(code)
        }
    }
}

extension FileSystemError {
    /// Whether the file has come to harm, which another look would find again, rather than who looks or the
    /// machine.
    ///
    /// A link, a pipe or a device has been put there: that is for a person to hear of.
    package var isOfWhatIsThere: Bool {
        switch reason {
        case .notFound, .notDirectory, .isDirectory, .inputOutput: true
        // 0 is a file that is too long. Of all others some are of the network below a disk, and pass.
        case .other(let code): [0, EUCLEAN, EBADMSG, EFBIG, ENXIO, EOVERFLOW].contains(code)
        case .symbolicLink, .notRegular, .exists, .notPermitted, .readOnly, .noSpace, .notEmpty,
            .otherFileSystem:
            false
        }
    }
}
