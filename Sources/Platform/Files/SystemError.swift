import Glibc

/// The system's words for an `errno`.
enum SystemError {
    static func text(_ code: Int32) -> String {
        unsafe String(cString: strerror(code))
    }
}

extension FileSystemError.Reason {
    init(_ code: Int32) {
        switch code {
        case ENOENT: self = .notFound
        case EEXIST: self = .exists
        case EACCES, EPERM: self = .notPermitted
        case EROFS: self = .readOnly
        case ENOSPC, EDQUOT: self = .noSpace
        case ELOOP: self = .symbolicLink
        case ENOTDIR: self = .notDirectory
        case ENOTEMPTY: self = .notEmpty
        default: self = .other(code)
        }
    }
}
