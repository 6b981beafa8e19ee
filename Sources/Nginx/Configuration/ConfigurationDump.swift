/// The output of `nginx -T` on its standard output, taken apart into files.
///
/// nginx writes `# configuration file PATH:`, the file and a line end for each file that it has
/// opened, in the order of opening, each path once. Every file is whole statements, so the output
/// is too, and a marker of nginx can only stand outside of all blocks, quotes and Lua. A comment
/// there that looks like one is believed where an include above it names that path.
///
/// Source: `main` and `ngx_conf_add_dump` of nginx.
struct ConfigurationDump {
    private static let head = Array("# configuration file ".utf8)

    /// A comment that has the form of a marker.
    private struct Marker {
        let path: String
        /// Of the comment, with its line end.
        let span: Range<Int>
    }

    private let bytes: [UInt8]
    /// The first file of all.
    private(set) var main = ""
    /// Parsed, by path.
    private(set) var files: [String: SourceFile] = [:]

    /// Takes the output apart.
    ///
    /// - Throws: ``ConfigurationError``.
    init(_ bytes: [UInt8]) throws(ConfigurationError) {
        self.bytes = bytes
        guard bytes.starts(with: Self.head) else { throw .notADump }
        let whole = try parse()
        let markers = markers(in: whole)
        guard let first = markers.first, first.span.lowerBound == 0 else { throw .notADump }
        main = first.path
        let believed = try believable(markers, in: whole.directives)
        for (number, marker) in believed.enumerated() {
            let isLast = number + 1 == believed.count
            let end = isLast ? bytes.count : believed[number + 1].span.lowerBound
            // Whoever captured the output may have dropped the last line end.
            let hasLineEnd = bytes[end - 1] == UInt8(ascii: "\n")
            let start = marker.span.upperBound
            try add(marker.path, start..<max(start, hasLineEnd ? end - 1 : end))
        }
    }

    /// Reads all files as one, which they are to the grammar.
    private func parse() throws(ConfigurationError) -> SourceFile {
        do throws(SyntaxError) {
            return try Parser.parse(bytes)
        } catch {
            throw locate(error)
        }
    }

    /// Says of an error in the output where it is in its file.
    private func locate(_ error: SyntaxError) -> ConfigurationError {
        var lineStart = 0
        var last: Marker?
        while lineStart < error.offset {
            let lineEnd = lineEnd(from: lineStart)
            last = marker(at: lineStart..<lineEnd) ?? last
            lineStart = lineEnd + 1
        }
        guard let last else { return .notADump }
        let start = last.span.upperBound
        let offset = max(0, error.offset - start)
        return .syntax(
            file: last.path,
            SyntaxError(error.reason, at: offset, in: Array(bytes[min(start, bytes.count)...]))
        )
    }

    private func lineEnd(from start: Int) -> Int {
        bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    }

    private func marker(at comment: Range<Int>) -> Marker? {
        let start = comment.lowerBound
        guard start == 0 || bytes[start - 1] == UInt8(ascii: "\n"),
            bytes[comment].starts(with: Self.head), bytes[comment].last == UInt8(ascii: ":")
        else { return nil }
        let path = bytes[start + Self.head.count..<comment.upperBound - 1]
        guard !path.isEmpty else { return nil }
        let end = min(comment.upperBound + 1, bytes.count)
        return Marker(path: String(decoding: path, as: UTF8.self), span: start..<end)
    }

    /// The comments outside of all directives that have the form.
    private func markers(in whole: SourceFile) -> [Marker] {
        var markers: [Marker] = []
        var next = 0
        for comment in whole.comments {
            while next < whole.directives.count,
                whole.directives[next].span.upperBound <= comment.lowerBound
            { next += 1 }
            let isInside =
                next < whole.directives.count
                && whole.directives[next].span.lowerBound < comment.lowerBound
            if !isInside, let marker = marker(at: comment) { markers.append(marker) }
        }
        return markers
    }

    /// The markers whose paths are included by what stands above them.
    private func believable(
        _ markers: [Marker],
        in directives: [SourceDirective]
    ) throws(ConfigurationError) -> [Marker] {
        let directory = IncludeResolver.directory(of: main)
        var targets = IncludeTargets()
        var seen: Set<String> = []
        var believed: [Marker] = []
        var next = 0
        for marker in markers {
            while next < directives.count,
                directives[next].span.lowerBound < marker.span.lowerBound
            {
                targets.add(directives[next], in: directory)
                next += 1
            }
            guard marker.path != main || believed.isEmpty else { continue }
            guard believed.isEmpty || targets.name(marker.path) else { continue }
            // A comment that looks like a marker, or the marker itself: one of the two is.
            guard seen.insert(marker.path).inserted else {
                let line = SourcePosition(of: marker.span.lowerBound, in: bytes).line
                throw .ambiguousDump(file: marker.path, line: line)
            }
            believed.append(marker)
        }
        return believed
    }

    private mutating func add(_ path: String, _ range: Range<Int>) throws(ConfigurationError) {
        do throws(SyntaxError) {
            files[path] = try Parser.parse(Array(bytes[range]))
        } catch {
            throw .syntax(file: path, error)
        }
    }
}

/// What a set of `include` directives names.
struct IncludeTargets {
    private var paths: Set<String> = []
    private(set) var patterns: [String: GlobPattern] = [:]

    /// Takes the includes in a directive and all its blocks.
    mutating func add(_ directive: SourceDirective, in directory: String) {
        if let target = IncludeResolver.target(of: directive, in: directory) {
            if GlobPattern.isPattern(target) {
                patterns[target] = GlobPattern(target)
            } else {
                paths.insert(target)
            }
        } else if IncludeResolver.includesFiles(inBlock: directive.name) {
            for child in directive.children { add(child, in: directory) }
        }
    }

    /// Whether one of them names the path.
    func name(_ path: String) -> Bool {
        paths.contains(path) || patterns.values.contains { $0.matches(path) }
    }

    /// The paths without wildcards.
    var literal: Set<String> { paths }
}
