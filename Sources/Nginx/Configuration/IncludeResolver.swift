/// An `include` that names a file.
struct Inclusion: Hashable, Sendable {
    /// The file that the `include` stands in, and where.
    let file: String
    let offset: Int
    /// The absolute path or pattern that it has.
    let target: String
    /// The number of the `server` block of `http` around it, also where that is in another file.
    let block: BlockIdentity?
}

/// A `server` block, by where it begins.
struct BlockIdentity: Hashable, Sendable {
    let file: String
    let offset: Int
}

/// Follows `include` from file to file.
struct IncludeResolver {
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private let main: String
    private let directory: String
    private let files: [String: SourceFile]
    private let matches: [String: [String]]
    /// Directives that may still be met; the bound for files that include others many times.
    private var room = Configuration.largest
    /// Files and blocks around the place where the walk is.
    private var depth = 0
    private var inclusions: [String: [Inclusion]] = [:]
    private var order: [String] = []
    private var seen: Set<String> = []

    init(main: String, files: [String: SourceFile], matches: [String: [String]]) {
        self.main = main
        self.files = files
        self.matches = matches
        directory = Self.directory(of: main)
    }

    /// The part of a path up to its last `/`.
    static func directory(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return String(path[...slash])
    }

    /// The path that an `include` means, in a configuration whose main file is in `directory`.
    static func target(of include: SourceDirective, in directory: String) -> String? {
        guard include.name.value.elementsEqual("include".utf8), include.arguments.count == 1,
            case .none = include.body
        else { return nil }
        let path = include.arguments[0].string
        return path.utf8.first == UInt8(ascii: "/") ? path : directory + path
    }

    /// Whether `include` means files in a block of that name.
    static func includesFiles(inBlock name: Word) -> Bool {
        !["match", "split_clients"].contains { name.value.elementsEqual($0.utf8) }
    }

    /// The directives of a block or file, those of included files in the places of `include`.
    ///
    /// - Throws: ``ConfigurationError`` as ``survey()`` does.
    mutating func expanded(
        _ directives: [SourceDirective],
        of file: String
    ) throws(ConfigurationError) -> [PlacedDirective] {
        var result: [PlacedDirective] = []
        result.reserveCapacity(directives.count)
        try expand(directives, of: file, isIncluded: false, into: &result)
        return result
    }

    private mutating func expand(
        _ directives: [SourceDirective],
        of file: String,
        isIncluded: Bool,
        into result: inout [PlacedDirective]
    ) throws(ConfigurationError) {
        for directive in directives {
            try takeRoom()
            result.append(
                PlacedDirective(file: file, directive: directive, isIncluded: isIncluded)
            )
            guard let target = Self.target(of: directive, in: directory) else { continue }
            for path in paths(of: target) {
                let children = files[path]?.directives ?? []
                try expand(children, of: path, isIncluded: true, into: &result)
            }
        }
    }

    /// Walks through everything once, and says where each file is included, and in what order they
    /// come.
    ///
    /// - Throws: ``ConfigurationError`` for a file that is missing or includes itself, and for more
    ///   directives than anyone writes. What passes can be expanded safely.
    mutating func survey() throws(ConfigurationError) -> ([String: [Inclusion]], [String]) {
        guard files[main] != nil else { throw .missing(file: main, includedAt: nil) }
        try enter(main, from: nil, path: [], level: .main)
        return (inclusions, order)
    }

    /// What kind of block the walk is in.
    private enum Level: Equatable {
        case main
        case http
        case server(BlockIdentity)
        /// A map or its like, in which words are no directives.
        case data
        case other

        var block: BlockIdentity? {
            guard case .server(let block) = self else { return nil }
            return block
        }
    }

    private mutating func enter(
        _ file: String,
        from inclusion: Inclusion?,
        path: [String],
        level: Level
    ) throws(ConfigurationError) {
        guard !path.contains(file) else {
            throw .includeCycle(file: file, includedAt: place(of: inclusion))
        }
        depth += 1
        defer { depth -= 1 }
        guard depth < Configuration.deepest else {
            throw .tooDeep(at: place(of: inclusion), limit: Configuration.deepest)
        }
        // A file costs more than a directive, and files that double each other are mostly that.
        try takeRoom(16)
        if let inclusion { inclusions[file, default: []].append(inclusion) }
        if seen.insert(file).inserted { order.append(file) }
        guard let source = files[file] else {
            throw .missing(file: file, includedAt: inclusion.map { place(of: $0) })
        }
        let first = source.directives.first
        guard level == .data || first?.name.value.starts(with: Self.byteOrderMark) != true else {
            throw .byteOrderMark(file: file)
        }
        try walk(source.directives, of: file, path: path + [file], level: level)
    }

    private mutating func walk(
        _ directives: [SourceDirective],
        of file: String,
        path: [String],
        level: Level
    ) throws(ConfigurationError) {
        for directive in directives {
            try takeRoom()
            if let target = Self.target(of: directive, in: directory) {
                let offset = directive.span.lowerBound
                let inclusion = Inclusion(
                    file: file,
                    offset: offset,
                    target: target,
                    block: level.block
                )
                for included in paths(of: target) {
                    try enter(included, from: inclusion, path: path, level: level)
                }
            } else if !directive.children.isEmpty, Self.includesFiles(inBlock: directive.name) {
                depth += 1
                defer { depth -= 1 }
                let inner = Self.level(of: directive, in: file, below: level)
                try walk(directive.children, of: file, path: path, level: inner)
            }
        }
    }

    private static func level(
        of block: SourceDirective,
        in file: String,
        below level: Level
    ) -> Level {
        if case .data = block.body { return .data }
        return switch level {
        case .main: block.name.value.elementsEqual("http".utf8) ? .http : .other
        case .http where block.name.value.elementsEqual("server".utf8):
            .server(BlockIdentity(file: file, offset: block.span.lowerBound))
        case .http, .data, .other: .other
        case .server: level
        }
    }

    private mutating func takeRoom(_ count: Int = 1) throws(ConfigurationError) {
        room -= count
        guard room > 0 else { throw .tooLarge(limit: Configuration.largest) }
    }

    private func paths(of target: String) -> [String] {
        GlobPattern.isPattern(target) ? matches[target] ?? [] : [target]
    }

    private func place(of inclusion: Inclusion?) -> SourcePlace {
        let file = inclusion?.file ?? main
        let position = files[file]?.position(of: inclusion?.offset ?? 0)
        return SourcePlace(file, position ?? SourcePosition(line: 1, column: 1))
    }
}
