import Nginx

/// A directive whose form is right: known here, with as many arguments as it takes.
struct Entry {
    let name: String
    let source: SourceDirective
    let words: [String]
}

/// The directives of one block whose form is right.
struct Block {
    let entries: [Entry]
    /// Whether there are no others: what seems to be missing may be among those.
    let isWhole: Bool

    /// A directive that can stand there once; `nil` where it does not.
    subscript(_ name: String) -> Entry? { entries.first { $0.name == name } }

    /// All of a directive that can stand there more than once.
    func all(_ names: String...) -> [Entry] { entries.filter { names.contains($0.name) } }
}
