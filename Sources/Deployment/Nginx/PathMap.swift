/// Which path a file of this host has for nginx, and the other way round.
///
/// On the host itself they are the same. In a container only what a mount shows is there, and a
/// mount may hide what another shows.
package struct PathMap: Equatable, Sendable {
    /// A file or directory of the host that a container sees at another place, or something of the
    /// container's own in its place.
    package struct Mount: Equatable, Sendable {
        /// Where it is on the host, without links; `nil` for what is nowhere, as a tmpfs.
        package var source: String?
        /// Where the container has it.
        package var target: String
        /// Whether the container may write to it; what the host writes is seen anyway.
        package var isWritable: Bool

        package init(source: String?, target: String, isWritable: Bool) {
            self.source = source.map(PathMap.normalized)
            self.target = PathMap.normalized(target)
            self.isWritable = isWritable
        }
    }

    /// `nil` on the host itself.
    package let mounts: [Mount]?

    /// The paths of a program on the host itself.
    package static let identity = PathMap(mounts: nil)

    /// The paths of a program that sees these mounts.
    package init(mounts: [Mount]) {
        self.mounts = mounts
    }

    private init(mounts: [Mount]?) {
        self.mounts = mounts
    }

    /// The path by which nginx finds a file of the host.
    ///
    /// - Parameter hostPath: Absolute and free of links: a mount shows files, not names.
    /// - Returns: `nil` where nginx does not see it.
    package func nginxPath(of hostPath: String) -> String? {
        guard let mounts else { return hostPath }
        let path = Self.normalized(hostPath)
        let candidates = mounts.compactMap { mount -> (depth: Int, mount: Mount, path: String)? in
            guard let source = mount.source, let rest = Self.rest(of: path, below: source) else {
                return nil
            }
            return (source.utf8.count, mount, Self.join(mount.target, rest))
        }
        // The closest first; where two are as close, the one that nginx's user has written first.
        let ordered = candidates.enumerated().sorted {
            ($1.element.depth, $0.offset) < ($0.element.depth, $1.offset)
        }
        return ordered.map(\.element).first { mountShown(at: $0.path) == $0.mount }?.path
    }

    /// The file of the host that nginx finds at a path, as far as no link is involved.
    ///
    /// - Returns: `nil` for what is the container's own: it is lost when that is made anew.
    package func hostPath(of nginxPath: String) -> String? {
        guard mounts != nil else { return nginxPath }
        let path = Self.normalized(nginxPath)
        guard let mount = mountShown(at: path), let source = mount.source,
            let rest = Self.rest(of: path, below: mount.target)
        else { return nil }
        return Self.join(source, rest)
    }

    /// A path of nginx's for people, with the host's behind it where that is another one.
    package func explained(_ nginxPath: String) -> String {
        guard let host = hostPath(of: nginxPath), host != nginxPath else { return nginxPath }
        return "\(nginxPath) (on the host: \(host))"
    }

    /// The mount that shows what is at a path of the container, if one does.
    package func mountShown(at nginxPath: String) -> Mount? {
        let path = Self.normalized(nginxPath)
        // Of two at one place the later hides the earlier.
        return (mounts ?? []).filter { Self.rest(of: path, below: $0.target) != nil }
            .max { $0.target.utf8.count < $1.target.utf8.count || $0.target == $1.target }
    }

    /// What follows `directory` in `path`, without a slash before it; `nil` if it is not below.
    package static func rest(of path: String, below directory: String) -> String? {
        if path == directory { return "" }
        let beginning = directory == "/" ? "/" : directory + "/"
        return path.hasPrefix(beginning) ? String(path.dropFirst(beginning.count)) : nil
    }

    static func join(_ directory: String, _ rest: String) -> String {
        if rest.isEmpty { return directory }
        return directory == "/" ? "/\(rest)" : "\(directory)/\(rest)"
    }

    /// The path without `.`, `..`, doubled slashes and one at its end.
    static func normalized(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}
