package import Nginx

/// The files of an nginx in memory, as its disk or as its `nginx -T` shows them.
package struct NginxFiles: Sendable {
    package static let main = "/etc/nginx/nginx.conf"

    /// What stands in each file, by its path.
    package var files: [String: [UInt8]]

    package init(_ files: [String: [UInt8]]) {
        self.files = files
    }

    /// Makes files of text.
    package init(_ files: [String: String]) {
        self.files = files.mapValues { Array($0.utf8) }
    }

    /// A main file with nothing but this in `http`, from its third line on, and other files.
    package init(http: String, _ others: [String: String] = [:]) {
        self.init(others)
        files[Self.main] = Array("events {}\nhttp {\n\(http)\n}\n".utf8)
    }

    /// The configuration as the files have it.
    package func read() throws(ConfigurationError) -> Configuration {
        try Configuration(main: Self.main, lookup: lookup)
    }

    /// Reads the files without a disk.
    package var lookup: ConfigurationLookup {
        ConfigurationLookup(
            contents: { path in files[path] },
            matches: { pattern in files.keys.filter(GlobPattern(pattern).matches).sorted() }
        )
    }

    /// What `nginx -T` would print of them.
    package func dump() throws(ConfigurationError) -> [UInt8] {
        try read().order.flatMap { path in
            Array("# configuration file \(path):\n".utf8) + (files[path] ?? [])
                + [UInt8(ascii: "\n")]
        }
    }

    /// Puts the results of edits into place.
    package mutating func write(_ changes: [String: [UInt8]]) {
        files.merge(changes) { _, new in new }
    }
}

extension [UInt8] {
    /// As text, whatever they are.
    package var string: String { String(decoding: self, as: UTF8.self) }
}
