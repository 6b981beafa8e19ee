/// A directive by what it says, wherever and however it is written.
package struct Directive: Equatable, Sendable {
    /// What follows its words.
    package enum Body: Equatable, Sendable {
        /// Only a `;`.
        case none
        case block([Directive])
        /// Entries whose first word is a key and no directive's name.
        case data([Directive])
        /// Code that nginx does not read.
        case lua([UInt8])
    }

    /// Which of the ``Body`` a block of a directive has.
    package enum BlockKind: Sendable {
        case directives
        case data
        case lua

        private static let dataNames = Set(
            ["map", "geo", "types", "split_clients", "charset_map", "match"].map { Array($0.utf8) }
        )
        private static let luaSuffix = Array("_by_lua_block".utf8)

        /// Tells by the directive's name.
        package init(of name: [UInt8]) {
            if Self.dataNames.contains(name) {
                self = .data
            } else if name.suffix(Self.luaSuffix.count) == Self.luaSuffix[...] {
                self = .lua
            } else {
                self = .directives
            }
        }
    }

    package var name: [UInt8]
    package var arguments: [[UInt8]]
    package var body: Body

    package init(name: [UInt8], arguments: [[UInt8]], body: Body = .none) {
        self.name = name
        self.arguments = arguments
        self.body = body
    }

    /// Makes a directive of text.
    package init(_ name: String, _ arguments: String..., body: Body = .none) {
        self.init(name: Array(name.utf8), arguments: arguments.map { Array($0.utf8) }, body: body)
    }
}
