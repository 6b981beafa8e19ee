/// A part of a configuration that is going to be text.
enum Item: Equatable, Sendable {
    case directive(Term, [Term], note: String?)
    case block([Term], [Item])
    /// A line for whoever reads the file.
    case comment(String)
    case blank
    /// Lines that are copied as they are.
    case verbatim([UInt8])

    /// A directive, and a remark behind it.
    static func line(_ name: Term, _ arguments: Term..., note: String? = nil) -> Item {
        .directive(name, arguments, note: note)
    }

    static func location(_ path: Term..., items: [Item]) -> Item {
        .block(["location"] + path, items)
    }

    /// Whether it is `item`, or has it in its block.
    func contains(_ item: Item) -> Bool {
        if case .block(_, let children) = self {
            return children.contains { $0.contains(item) }
        }
        return self == item
    }

    /// The directive's name, if it is one.
    var name: Term? {
        if case .directive(let name, _, _) = self { name } else { nil }
    }
}
