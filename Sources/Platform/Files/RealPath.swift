import Glibc

/// What an operator wrote as a path, made absolute and free of symbolic links.
package enum RealPath {
    /// Returns `nil` where nothing is at `path`.
    package static func of(_ path: String) -> String? {
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// The same for a file that may be missing, in a directory that may not; `nil` for what can name
    /// no file.
    package static func ofNewFile(_ path: String) -> String? {
        if let real = of(path) { return real }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let name = parts.last, !name.isEmpty, name != ".", name != ".." else { return nil }
        let parent = path.dropLast(name.count)
        guard let real = of(parent.isEmpty ? "." : String(parent)) else { return nil }
        return real == "/" ? "/\(name)" : "\(real)/\(name)"
    }

    /// Whether this user may not look where `path` leads.
    package static func isHidden(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) != 0 && errno == EACCES
    }
}
