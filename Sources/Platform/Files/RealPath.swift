import Glibc

/// What an operator wrote as a path, made absolute and free of symbolic links.
package enum RealPath {
    /// Returns `nil` where nothing is at `path`.
    package static func of(_ path: String) -> String? {
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// Whether this user may not look where `path` leads.
    package static func isHidden(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) != 0 && errno == EACCES
    }
}
