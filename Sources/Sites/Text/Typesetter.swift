/// Writes items as a careful person would: directives that stand together are aligned.
struct Typesetter {
    /// Where a line is broken if it can be.
    private static let lineLength = 100
    /// How many arguments a directive has at least that is broken.
    private static let leastBroken = 5
    private static let space = UInt8(ascii: " ")

    private(set) var output: [UInt8] = []

    /// The text of `items`, without a blank line at its end.
    static func text(of items: [Item]) -> [UInt8] {
        var setter = Typesetter()
        setter.write(items, depth: 0)
        return setter.output
    }

    private mutating func write(_ items: [Item], depth: Int) {
        var index = 0
        while index < items.count {
            switch items[index] {
            case .directive:
                let group = items[index...].prefix { $0.name != nil }
                write(group, depth: depth)
                index += group.count
                continue
            case .block(let words, let children):
                indent(depth)
                output += words.map(\.bytes).joined(separator: [Self.space])
                output += Array(" {\n".utf8)
                write(children, depth: depth + 1)
                indent(depth)
                output += Array("}\n".utf8)
            case .comment(let text):
                indent(depth)
                output += Array("# \(text)\n".utf8)
            case .blank: output.append(UInt8(ascii: "\n"))
            case .verbatim(let bytes): output += bytes
            }
            index += 1
        }
    }

    /// Writes directives with their arguments below each other.
    private mutating func write(_ group: ArraySlice<Item>, depth: Int) {
        let nameWidth = group.compactMap(\.name?.width).max() ?? 0
        for (index, item) in zip(group.indices, group) {
            guard case .directive(let name, let arguments, let note) = item else { continue }
            let firstWidth = firstArgumentWidth(near: index, in: group)
            indent(depth)
            output += name.bytes
            var column = 4 * depth + name.width
            let start = 4 * depth + nameWidth + 1
            for (number, argument) in arguments.enumerated() {
                let isFull =
                    arguments.count >= Self.leastBroken && number > 0
                    && column + argument.width + 2 > Self.lineLength
                if isFull {
                    output.append(UInt8(ascii: "\n"))
                    column = 0
                }
                let target =
                    switch number {
                    case 0: start
                    case 1 where !isFull: max(column, start + firstWidth) + 1
                    default: isFull ? start : column + 1
                    }
                output += repeatElement(Self.space, count: target - column)
                output += argument.bytes
                column = target + argument.width
            }
            output.append(UInt8(ascii: ";"))
            if let note { output += Array("  # \(note)".utf8) }
            output.append(UInt8(ascii: "\n"))
        }
    }

    /// The width of the first arguments of neighbours that have the same name and more arguments.
    private func firstArgumentWidth(near index: Int, in group: ArraySlice<Item>) -> Int {
        func isAlike(_ item: Item) -> Bool {
            guard case .directive(let name, let arguments, _) = item else { return false }
            return name == group[index].name && arguments.count > 1
        }
        let run =
            group[..<index].reversed().prefix(while: isAlike)
            + Array(group[index...].prefix(while: isAlike))
        return run.map { item in
            guard case .directive(_, let arguments, _) = item else { return 0 }
            return arguments.first?.width ?? 0
        }.max() ?? 0
    }

    private mutating func indent(_ depth: Int) {
        output += repeatElement(Self.space, count: 4 * depth)
    }
}
