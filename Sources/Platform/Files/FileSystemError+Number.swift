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
    /// Whether it is told of what is at the path, which another look would find again, rather than of who
    /// looks or of the machine.
    package var isOfWhatIsThere: Bool {
        switch reason {
        case .notFound, .symbolicLink, .notDirectory, .isDirectory, .notRegular, .inputOutput: true
        // 0 is a file that is too long. Of all others some are of the network below a disk, and pass.
        case .other(let code): [0, EUCLEAN, EBADMSG, EFBIG, ENXIO, EOVERFLOW].contains(code)
        case .exists, .notPermitted, .readOnly, .noSpace, .notEmpty, .otherFileSystem: false
        }
    }
}
