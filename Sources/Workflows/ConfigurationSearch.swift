import CertificateStore
import Platform

/// Finds nginx's files that name a lineage's, where nginx itself cannot be asked.
struct ConfigurationSearch {
    /// A configuration is a few hundred small files; what is more is something else.
    private static let mostFiles = 20_000
    private static let fileLimit = 1024 * 1024

    private let services: Services

    init(_ services: Services) {
        self.services = services
    }

    /// The files below a directory in which a path of the lineage stands.
    ///
    /// Throws ``WorkflowError/tooManyFiles(lineage:below:)``, and `FileSystemError` for what this user may not read.
    func files(below root: String, naming name: LineageName) throws -> [String] {
        let include = services.layout.include(name)
        let needles = try services.store.places(of: name).map { $0 == include ? $0 : "\($0)/" }
        var found: [String] = []
        var waiting = [root]
        var seen: Set<String> = []
        // A link may lead back to where the search has been.
        while let path = waiting.popLast() {
            guard seen.insert(path).inserted else { continue }
            guard seen.count <= Self.mostFiles else {
                throw WorkflowError.tooManyFiles(lineage: "\(name)", below: root)
            }
            switch try services.fileSystem.status(path)?.kind {
            case .directory:
                waiting += try services.fileSystem.list(path).map { "\(path)/\($0)" }
            case .file:
                let text = try text(of: path)
                if needles.contains(where: { text.contains($0) }) { found.append(path) }
            case .symbolicLink:
                // As in sites-enabled; a link to a link is looked at in its turn.
                let text = try services.fileSystem.readSymbolicLink(path)
                let target = Self.target(of: path, text)
                // No call goes through links that stand on the way to it.
                waiting.append(RealPath.of(target) ?? target)
            case .other, nil:
                continue
            }
        }
        return found.sorted()
    }

    /// A file as text; empty where it is larger than any configuration.
    ///
    /// Throws `FileSystemError` for a file that this user may not read: whether it names the lineage
    /// cannot be told.
    private func text(of path: String) throws -> String {
        let fileSystem = services.fileSystem
        guard let size = try fileSystem.status(path)?.size, size <= Self.fileLimit else {
            return ""
        }
        let bytes = try fileSystem.readFile(path, limit: Self.fileLimit)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Where a link leads, by an absolute path.
    private static func target(of link: String, _ text: String) -> String {
        guard !text.hasPrefix("/") else { return text }
        var parts = link.split(separator: "/").dropLast()
        for part in text.split(separator: "/") where part != "." {
            if part == ".." {
                _ = parts.popLast()
            } else {
                parts.append(part)
            }
        }
        return "/" + parts.joined(separator: "/")
    }
}
