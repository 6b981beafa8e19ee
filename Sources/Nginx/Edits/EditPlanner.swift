/// What all planners need: the configuration, and what is decided about its files so far.
struct EditPlanner {
    let configuration: Configuration
    /// Files that the caller knows to be written by something else, and by what.
    let generated: [String: String]
    var plan = EditPlan()

    init(_ configuration: Configuration, generated: [String: String]) {
        self.configuration = configuration
        self.generated = generated
    }

    /// The bytes of a file that is to be changed; refuses where it is another program's.
    mutating func inserter(for file: String) -> LineInserter? {
        guard let source = configuration.files[file] else { return nil }
        if let tool = generated[file] ?? Ownership.tool(behind: source, at: file) {
            plan.add(EditRefusal.generated(file: file, by: tool))
            return nil
        }
        return LineInserter(source.bytes)
    }

    /// An `include` of a path.
    mutating func include(_ path: String) -> [UInt8]? {
        guard let line = line("include", [path]) else {
            plan.add(EditRefusal.unwritable(path))
            return nil
        }
        return line
    }

    /// A directive without a block, as text.
    func line(_ name: String, _ arguments: [String]) -> [UInt8]? {
        // A word that cannot be written is told of by the caller, who knows what it is.
        guard let words = try? arguments.map({ try Quoting.word(Array($0.utf8)) }) else {
            return nil
        }
        return Array(name.utf8) + words.flatMap { [UInt8(ascii: " ")] + $0 }
            + [UInt8(ascii: ";")]
    }

    /// Where to put lines that belong below a directive of a server: behind the last one that
    /// stands in the block itself, or at the beginning of the block.
    func insertion(
        of lines: [[UInt8]],
        below names: [String],
        in server: Server,
        by inserter: LineInserter
    ) -> SpanEdit {
        for name in names {
            let own = server.contents.last { $0.isNamed(name) && !$0.isIncluded }
            if let own { return inserter.insert(lines, after: own.directive.span) }
        }
        return insertion(of: lines, firstIn: server, by: inserter)
    }

    /// Lines as the first of a server's block.
    func insertion(
        of lines: [[UInt8]],
        firstIn server: Server,
        by inserter: LineInserter
    ) -> SpanEdit {
        inserter.insert(
            lines,
            first: server.bodySpan,
            children: server.block.directive.children.map(\.span)
        )
    }

    /// The names of a server that no name of the certificate covers, without those that no CA would
    /// certify.
    ///
    /// Regular expressions and `x.*`, which can be anything, count only if `withPatterns` is set.
    static func uncovered(
        of server: Server,
        by names: [String],
        withPatterns: Bool = false
    ) -> [String] {
        let covered = names.map { ServerName($0) }
        return server.names.flatMap { name -> [String] in
            switch name {
            case .exact(let text): isHostName(text) ? [text] : []
            case .leading(let text): isHostName("x." + text) ? ["*." + text] : []
            case .suffix(let text):
                (isHostName(text) ? [text] : []) + (isHostName("x." + text) ? ["*." + text] : [])
            case .trailing(let text): withPatterns ? [text + ".*"] : []
            case .regex(let text): withPatterns ? ["~" + text] : []
            case .hostname: []
            }
        }.filter { name in
            !covered.contains { cover in
                switch cover {
                case .exact(let own): own == name
                case .leading(let parent):
                    // A wildcard of a certificate stands for one label.
                    name == "*." + parent
                        || name.split(separator: ".").dropFirst().joined(separator: ".") == parent
                default: false
                }
            }
        }
    }

    /// Whether it is a name that a certificate can be for: an address comes without SNI, and what
    /// else `server_name` holds (`_`, `localhost`) is nobody's.
    private static func isHostName(_ text: String) -> Bool {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        let labels = text.split(separator: ".")
        return isPlain && labels.count > 1 && labels.last.map { Int($0) == nil } == true
    }
}
