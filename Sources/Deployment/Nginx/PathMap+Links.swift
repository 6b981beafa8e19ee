extension PathMap {
    /// What nginx finds at a path, links included.
    package enum Finding: Equatable, Sendable {
        /// This file of the host, by a path without links. Whether it exists was not asked.
        case hostFile(String)
        /// Something of the container's own, at this path of it: lost when that is made anew.
        case inContainer(String)
        /// Links that lead round in a circle.
        case loop
    }

    /// As many links as Linux follows.
    ///
    /// Source: path_resolution(7).
    private static let mostLinks = 40

    /// Follows links as nginx does, for whom an absolute one begins at the root of its container.
    ///
    /// `target` tells where a link of the host points to; `nil` for what is no link.
    package func follow(
        _ nginxPath: String,
        target: (_ hostPath: String) -> String?
    ) -> Finding {
        var pending = nginxPath.split(separator: "/").map(String.init)[...]
        var path = "/"
        var links = 0
        while let part = pending.popFirst() {
            if part == "." { continue }
            if part == ".." {
                path = Self.normalized(path + "/..")
                continue
            }
            let next = Self.join(path, part)
            // A link in the image itself cannot be read from here, and counts as a directory.
            guard let host = hostPath(of: next), let aim = target(host) else {
                path = next
                continue
            }
            // The place that a mount stands at is what is mounted, whatever its source's name was.
            guard mountShown(at: next)?.target != next else {
                path = next
                continue
            }
            links += 1
            guard links <= Self.mostLinks else { return .loop }
            if aim.hasPrefix("/") { path = "/" }
            pending = (aim.split(separator: "/").map(String.init) + pending)[...]
        }
        return hostPath(of: path).map(Finding.hostFile) ?? .inContainer(path)
    }
}
