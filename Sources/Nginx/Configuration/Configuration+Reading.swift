/// How a configuration is found in files.
///
/// The two calls are the caller's own, for its disk or a container's.
package struct ConfigurationLookup {
    /// Why a file that is there cannot be had.
    package struct Failure: Error, Equatable {
        package let reason: String

        package init(_ reason: String) { self.reason = reason }
    }

    /// The bytes of the file at a path, following links; `nil` where there is none.
    package var contents: (_ path: String) throws(Failure) -> [UInt8]?
    /// The paths that glob(3) finds for a pattern.
    package var matches: (_ pattern: String) throws(Failure) -> [String]

    package init(
        contents: @escaping (_ path: String) throws(Failure) -> [UInt8]?,
        matches: @escaping (_ pattern: String) throws(Failure) -> [String]
    ) {
        self.contents = contents
        self.matches = matches
    }
}

extension Configuration {
    /// Reads what `nginx -T` has written to its standard output.
    ///
    /// Whoever edits a file found so has to look first whether the host's file has these bytes.
    ///
    /// - Throws: ``ConfigurationError``; with the file, line and column where something cannot be
    ///   parsed.
    package init(dump: [UInt8]) throws(ConfigurationError) {
        let dump = try ConfigurationDump(dump)
        let directory = IncludeResolver.directory(of: dump.main)
        var targets = IncludeTargets()
        for file in dump.files.values {
            for directive in file.directives { targets.add(directive, in: directory) }
        }
        try self.init(
            main: dump.main,
            files: dump.files,
            matches: targets.patterns.mapValues { pattern in
                dump.files.keys.filter(pattern.matches).sorted(by: Self.byBytes)
            }
        )
    }

    /// Reads a main file, an absolute path, and follows its includes.
    ///
    /// - Throws: ``ConfigurationError``.
    package init(
        main: String,
        lookup: ConfigurationLookup
    ) throws(ConfigurationError) {
        var collector = FileCollector(lookup: lookup, main: main)
        try collector.collect()
        try self.init(main: main, files: collector.files, matches: collector.matches)
    }

    /// The configuration after edits, before anything is written.
    ///
    /// `added` are files that are to be made, by the paths that includes will name.
    ///
    /// - Throws: ``ConfigurationError`` where the result is no configuration.
    package func applying(
        _ edits: [String: [SpanEdit]],
        adding added: [String: [UInt8]] = [:]
    ) throws(ConfigurationError) -> Configuration {
        var files = files
        for (path, bytes) in added { files[path] = try Self.parse(bytes, path) }
        for (path, changes) in edits {
            guard let file = files[path] else { throw .missing(file: path, includedAt: nil) }
            guard let bytes = try? SpanEdit.apply(changes, to: file.bytes) else {
                throw .unreadable(file: path, reason: "edits overlap in it")
            }
            files[path] = try Self.parse(bytes, path)
        }
        var matches = matches
        for (pattern, paths) in matches {
            let glob = GlobPattern(pattern)
            let new = added.keys.filter { glob.matches($0) && !paths.contains($0) }
            if !new.isEmpty { matches[pattern] = (paths + new).sorted(by: Self.byBytes) }
        }
        return try Configuration(main: main, files: files, matches: matches)
    }

    /// glob(3) sorts so, in the locale that nginx never leaves.
    fileprivate static func byBytes(_ one: String, _ other: String) -> Bool {
        one.utf8.lexicographicallyPrecedes(other.utf8)
    }

    fileprivate static func parse(
        _ bytes: [UInt8],
        _ path: String
    ) throws(ConfigurationError) -> SourceFile {
        do throws(SyntaxError) {
            return try Parser.parse(bytes)
        } catch {
            throw .syntax(file: path, error)
        }
    }
}

/// Gathers the main file and all that is included, each once.
private struct FileCollector {
    let lookup: ConfigurationLookup
    let main: String
    var files: [String: SourceFile] = [:]
    var matches: [String: [String]] = [:]

    init(lookup: ConfigurationLookup, main: String) {
        self.lookup = lookup
        self.main = main
    }

    mutating func collect() throws(ConfigurationError) {
        let directory = IncludeResolver.directory(of: main)
        var waiting = [main]
        while let path = waiting.popLast() {
            guard files[path] == nil, let file = try read(path) else { continue }
            files[path] = file
            var targets = IncludeTargets()
            for directive in file.directives { targets.add(directive, in: directory) }
            waiting += targets.literal
            for pattern in targets.patterns.keys where matches[pattern] == nil {
                let paths = try find(pattern).sorted(by: Configuration.byBytes)
                matches[pattern] = paths
                waiting += paths
            }
        }
    }

    /// One that is missing is told of by the place that includes it, which is not known here.
    private func read(_ path: String) throws(ConfigurationError) -> SourceFile? {
        let bytes: [UInt8]?
        do throws(ConfigurationLookup.Failure) {
            bytes = try lookup.contents(path)
        } catch {
            throw .unreadable(file: path, reason: error.reason)
        }
        guard let bytes else { return nil }
        return try Configuration.parse(bytes, path)
    }

    private func find(_ pattern: String) throws(ConfigurationError) -> [String] {
        do throws(ConfigurationLookup.Failure) {
            return try lookup.matches(pattern)
        } catch {
            throw .unreadable(file: pattern, reason: error.reason)
        }
    }
}
