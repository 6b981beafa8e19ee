/// A `server` block of `http`.
package struct Server: Sendable {
    /// Its number among all of them, from 0.
    package let number: Int
    /// The block itself; several servers have the same where its file is included more than once.
    package let block: PlacedDirective
    /// What stands in it, with what is included there and each `include` itself.
    package let contents: [PlacedDirective]
    /// Lists at least one name, perhaps the empty one.
    package let names: [ServerName]
    /// Lists at least one, perhaps the implicit one.
    package let listens: [Listen]

    init(number: Int, block: PlacedDirective, contents: [PlacedDirective]) {
        self.number = number
        self.block = block
        self.contents = contents
        let names = contents.filter { $0.isNamed("server_name") }.flatMap(\.arguments)
        self.names = names.isEmpty ? [.exact("")] : names.map { ServerName($0) }
        let listens = contents.filter { $0.isNamed("listen") }
        self.listens = listens.isEmpty ? [.implicit] : listens.compactMap { Listen($0) }
    }

    /// The path of the file that the block begins and ends in.
    package var file: String { block.file }
    /// From `server` to its `}`.
    package var span: Range<Int> { block.directive.span }
    /// Between its braces.
    package var bodySpan: Range<Int> { block.directive.bodySpan ?? span }
    var identity: BlockIdentity { BlockIdentity(file: file, offset: span.lowerBound) }

    /// What the directive `ssl` of old says in it; `nil` where it says nothing.
    var usesTLS: Bool? {
        contents.last { $0.isNamed("ssl") && $0.directive.children.isEmpty }.map {
            $0.arguments == ["on"]
        }
    }

    /// The directives of that name at its level, with those that are included.
    package func directives(named name: String) -> [PlacedDirective] {
        contents.filter { $0.isNamed(name) }
    }

    /// Whether one of its names is the name itself.
    package func lists(_ name: String) -> Bool { names.contains { $0.lists(name) } }
}
