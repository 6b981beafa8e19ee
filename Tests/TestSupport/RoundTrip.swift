import Nginx

/// The promises of the parser and the printer, on one random configuration.
package enum RoundTrip {
    /// What was tried.
    package struct Totals: CustomStringConvertible {
        package private(set) var trees = 0
        private(set) var directives = 0
        private(set) var bytes = 0
        /// Random bytes that happened to be a configuration.
        private(set) var accepted = 0

        package init() {}

        package var description: String {
            "\(trees) trees, \(directives) directives, \(bytes) bytes, \(accepted) soups parsed"
        }

        fileprivate mutating func count(_ tree: [Directive], _ text: [UInt8]) {
            trees += 1
            directives += tree.reduce(0) { $0 + size(of: $1) }
            bytes += text.count
        }

        fileprivate mutating func countSoup() { accepted += 1 }

        private func size(of directive: Directive) -> Int {
            switch directive.body {
            case .block(let children), .data(let children):
                children.reduce(1) { $0 + size(of: $1) }
            case .none, .lua: 1
            }
        }
    }

    /// What is wrong with the configuration of that seed; `nil` when all promises are kept.
    package static func fault(ofSeed seed: UInt64, _ totals: inout Totals) -> String? {
        var random = RandomConfiguration(seed: seed)
        let tree = random.tree()
        let spelling = random.text(of: tree)
        totals.count(tree, spelling)
        do {
            guard try Parser.parse(Printer.text(of: tree)).contents == tree else {
                return "parse(emit(tree)) is another tree"
            }
            let file = try Parser.parse(spelling)
            guard file.contents == tree else { return "a spelling of the tree is another tree" }
            guard Printer.text(of: file) == spelling else { return "print(parse(x)) is not x" }
            guard gapsAreEmpty(in: file) else { return "there is something between the spans" }
        } catch {
            return "\(error) in \(String(decoding: spelling, as: UTF8.self))"
        }
        let soup = random.soup(ofUpTo: 40)
        // Most are none; those that are must come back as they were.
        guard let file = try? Parser.parse(soup) else { return nil }
        totals.countSoup()
        return Printer.text(of: file) == soup ? nil : "print(parse(x)) is not x for \(soup)"
    }

    /// Whether blanks, comments, `;` and braces are all that no word and no Lua code covers.
    private static func gapsAreEmpty(in file: SourceFile) -> Bool {
        var rest = file.bytes.map { UInt8?.some($0) }
        func cover(_ span: Range<Int>) {
            for index in span { rest[index] = nil }
        }
        func cover(_ directive: SourceDirective) {
            for word in [directive.name] + directive.arguments { cover(word.span) }
            if case .lua(let span) = directive.body { cover(span) }
            directive.children.forEach(cover)
        }
        file.comments.forEach(cover)
        file.directives.forEach(cover)
        return rest.allSatisfy { byte in byte.map { " \t\r\n;{}".utf8.contains($0) } ?? true }
    }
}
