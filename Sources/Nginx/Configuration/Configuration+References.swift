/// A word that names a path.
package struct PathReference: Equatable, Sendable {
    package let place: SourcePlace
    /// The word; for Lua code the path that was looked for.
    package let value: String
}

extension Configuration {
    /// The words anywhere that name a path, or something below it.
    ///
    /// A relative one is taken from the directory of the main file. One with a variable counts when
    /// what stands before the variable could lead there. It errs towards finding too much: whoever
    /// asks wants to take the files away.
    ///
    /// - Parameter directory: An absolute path without `/` at its end.
    /// - Returns: All of them, file by file in nginx's order.
    package func references(below directory: String) -> [PathReference] {
        let search = ReferenceSearch(
            path: Array(directory.utf8),
            prefix: IncludeResolver.directory(of: main)
        )
        return order.flatMap { path -> [PathReference] in
            guard let file = files[path] else { return [] }
            var found: [(offset: Int, value: String)] = []
            search.find(in: file.directives, of: file.bytes, into: &found)
            guard !found.isEmpty else { return [] }
            let lines = LineIndex(file.bytes)
            return found.map {
                PathReference(
                    place: SourcePlace(path, lines.position(of: $0.offset)),
                    value: $0.value
                )
            }
        }
    }
}

private struct ReferenceSearch {
    let path: [UInt8]
    let prefix: String

    func find(
        in directives: [SourceDirective],
        of bytes: [UInt8],
        into found: inout [(offset: Int, value: String)]
    ) {
        for directive in directives {
            if names(directive.name.value) {
                found.append((directive.name.span.lowerBound, directive.name.string))
            }
            for word in directive.arguments where names(word.value) {
                found.append((word.span.lowerBound, word.string))
            }
            if case .lua(let span) = directive.body, occurs(in: bytes[span]) {
                found.append((directive.span.lowerBound, String(decoding: path, as: UTF8.self)))
            }
            find(in: directive.children, of: bytes, into: &found)
        }
    }

    private func names(_ value: [UInt8]) -> Bool {
        let slash = UInt8(ascii: "/")
        guard value.contains(slash) else { return false }
        if occurs(in: value[...]) { return true }
        let head = Array(value.prefix { $0 != UInt8(ascii: "$") })
        if head.first == slash {
            let whole = Self.normalized(head)
            return occurs(in: whole[...])
                || head.count < value.count && (path + [slash]).starts(with: whole)
        }
        guard value.starts(with: Array("..".utf8)) || prefixLeadsThere else { return false }
        return occurs(in: Self.normalized(Array(prefix.utf8) + value)[...])
    }

    /// Whether the files may lie below the directory of the configuration.
    private var prefixLeadsThere: Bool { path.starts(with: prefix.utf8) }

    /// Whether the path stands there, as a whole.
    private func occurs(in bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = path.first else { return false }
        var rest = bytes
        while let start = rest.firstIndex(of: first) {
            rest = rest[start...]
            if rest.starts(with: path) {
                let end = start + path.count
                guard end < bytes.endIndex, Self.continues(bytes[end]) else { return true }
            }
            rest = rest.dropFirst()
        }
        return false
    }

    /// Whether a byte after the path makes a longer name of its last part.
    private static func continues(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."), 0x80...0xFF:
            true
        default: false
        }
    }

    /// The path without `.`, `..` and empty parts.
    private static func normalized(_ path: [UInt8]) -> [UInt8] {
        var parts: [ArraySlice<UInt8>] = []
        for part in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true) {
            if part.elementsEqual(".".utf8) { continue }
            if part.elementsEqual("..".utf8) { _ = parts.popLast() } else { parts.append(part) }
        }
        let whole = parts.flatMap { [UInt8(ascii: "/")] + $0 }
        let isFolder = path.last == UInt8(ascii: "/")
        return isFolder ? whole + [UInt8(ascii: "/")] : whole
    }
}
