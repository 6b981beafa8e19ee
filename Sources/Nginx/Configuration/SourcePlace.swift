/// A place in one of the files of a configuration.
package struct SourcePlace: Hashable, Sendable, CustomStringConvertible {
    /// The file's path as nginx names it.
    package let file: String
    package let position: SourcePosition

    package init(_ file: String, _ position: SourcePosition) {
        self.file = file
        self.position = position
    }

    /// `file:line:column`.
    package var description: String { "\(file):\(position)" }
}
