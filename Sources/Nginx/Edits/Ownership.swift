/// Tells files that a program writes again from those that people write.
enum Ownership {
    /// How the first line of certctl's own files begins.
    static let ownMark = Array("# certctl:managed ".utf8)

    private static let folders = [
        ("/data/nginx/", "Nginx Proxy Manager"),
        ("/config/nginx/", "SWAG"),
        ("/etc/nginx/templates/", "envsubst of the nginx image"),
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
