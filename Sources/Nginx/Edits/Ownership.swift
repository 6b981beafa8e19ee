/// Files that a program writes again, for a planner to leave alone.
package enum GeneratedFiles {
    /// What the official image of nginx makes of templates at each start of a container: of
    /// `/etc/nginx/templates/NAME.template` the file `/etc/nginx/conf.d/NAME`.
    ///
    /// Source: `20-envsubst-on-templates.sh` of the image.
    package static func ofTemplates(_ paths: [String]) -> [String: String] {
        let folder = "/etc/nginx/templates/"
        let suffix = ".template"
        return paths.filter { $0.hasPrefix(folder) && $0.hasSuffix(suffix) }.reduce(into: [:]) {
            let name = $1.dropFirst(folder.count).dropLast(suffix.count)
            $0["/etc/nginx/conf.d/\(name)"] = Ownership.envsubst
        }
    }
}

/// Tells files that a program writes again from those that people write.
enum Ownership {
    /// How the first line of certctl's own files begins.
    static let ownMark = Array("# certctl:managed ".utf8)

    static let envsubst = "envsubst of the nginx image"

    private static let folders = [
        ("/data/nginx/", "Nginx Proxy Manager"),
        ("/config/nginx/", "SWAG"),
        ("/etc/nginx/templates/", envsubst),
    ]
    private static let comments = [
        ("managed by Certbot", "certbot"),
        ("# nginx-proxy version", "nginx-proxy"),
        ("# Networks available to the container running docker-gen", "nginx-proxy"),
    ]

    /// Who writes the file; `nil` where nothing says that it is not a person's.
    static func tool(behind file: SourceFile, at path: String) -> String? {
        if isOwn(file) { return "certctl" }
        if let folder = folders.first(where: { path.hasPrefix($0.0) }) { return folder.1 }
        for comment in file.comments {
            for (text, tool) in comments
            where contains(Array(text.utf8), in: file.bytes[comment]) {
                return tool
            }
        }
        return nil
    }

    /// Whether certctl itself keeps the whole file.
    static func isOwn(_ file: SourceFile) -> Bool { file.bytes.starts(with: ownMark) }

    private static func contains(_ text: [UInt8], in bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count >= text.count, let first = text.first else { return false }
        return bytes.indices.dropLast(text.count - 1).contains { index in
            bytes[index] == first && bytes[index...].starts(with: text)
        }
    }
}
