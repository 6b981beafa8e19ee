/// A directive, and the file that it stands in.
package struct PlacedDirective: Equatable, Sendable {
    /// The file's path as nginx names it.
    package let file: String
    package let directive: SourceDirective
    /// Whether it takes effect where it does because another file includes this one there.
    package let isIncluded: Bool

    /// Its name, as text.
    package var name: String { directive.name.string }

    /// Its arguments, as text.
    package var arguments: [String] { directive.arguments.map(\.string) }

    /// Whether it has that name; names are case-sensitive.
    package func isNamed(_ name: String) -> Bool {
        directive.name.value.elementsEqual(name.utf8)
    }
}

extension Word {
    /// The value as text, whatever its bytes are.
    var string: String { String(decoding: value, as: UTF8.self) }
}
