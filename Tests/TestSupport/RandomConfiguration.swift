package import Nginx

/// Configurations that no person would write, to hold the parser to its promises.
package struct RandomConfiguration {
    private static let names = ["server", "location", "http", "if", "listen", "events", "stream"]
    private static let dataNames = [
        "map", "geo", "types", "split_clients", "charset_map", "match",
    ]
    private static let code = [
        "ngx.say('}')", "local t = { a = { 1 } }", "-- } {\n", "--[[ } ]]",
        "s = [==[ ]] } ]=] ]==]",
        "\"\\\"}\"", "a[b[1]]", "x = '\\'{'", "--[=x }\n", "",
    ]
    /// Bytes that mean something somewhere, and some that mean nothing anywhere.
    private static let alphabet =
        Array(" \t\r\n;{}#\"'\\$()=~^*ab0.ntr_".utf8) + [0x01, 0x0B, 0x7F, 0xA0, 0xC3, 0xEF, 0xFF]

    private var generator: SeededGenerator

    package init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// A tree of up to ten directives that text can say.
    package mutating func tree() -> [Directive] {
        var room = Int.random(in: 1...10, using: &generator)
        return directives(depth: 0, room: &room)
    }

    /// One of the many ways to write a tree.
    package mutating func text(of tree: [Directive]) -> [UInt8] {
        var output = gap(mayBeEmpty: true)
        for directive in tree {
            write(directive, to: &output)
        }
        return output
    }

    /// Marks, blanks and letters in any order, none of which is a NUL.
    package mutating func soup(ofUpTo count: Int) -> [UInt8] {
        let length = Int.random(in: 0...count, using: &generator)
        return (0..<length).map { _ in generator.pick(Self.alphabet) }
    }
}

extension RandomConfiguration {
    private mutating func directives(depth: Int, room: inout Int) -> [Directive] {
        var directives: [Directive] = []
        while room > 0, !generator.oneIn(6) {
            room -= 1
            directives.append(directive(depth: depth, room: &room))
        }
        return directives
    }

    private mutating func directive(depth: Int, room: inout Int) -> Directive {
        let arguments = words(upTo: 3)
        switch Int.random(in: 0..<8, using: &generator) {
        case 0, 1, 2:
            let name = generator.pick(Self.names)
            let children = depth < 6 ? directives(depth: depth + 1, room: &room) : []
            return Directive(name: Array(name.utf8), arguments: arguments, body: .block(children))
        case 3:
            let name = generator.pick(Self.dataNames)
            let entries = words(upTo: 3).map { Directive(name: $0, arguments: words(upTo: 2)) }
            return Directive(name: Array(name.utf8), arguments: arguments, body: .data(entries))
        case 4:
            let code = (0..<3).map { _ in generator.pick(Self.code) }.joined(separator: " ")
            let name = Array("content_by_lua_block".utf8)
            return Directive(name: name, arguments: arguments, body: .lua(Array(code.utf8)))
        default:
            return Directive(name: word(), arguments: arguments)
        }
    }

    private mutating func words(upTo count: Int) -> [[UInt8]] {
        (0..<Int.random(in: 0...count, using: &generator)).map { _ in word() }
    }

    private mutating func word() -> [UInt8] {
        generator.oneIn(3) ? soup(ofUpTo: 6) : Array(generator.pick(Self.names).utf8)
    }
}

extension RandomConfiguration {
    private mutating func write(_ directive: Directive, to output: inout [UInt8]) {
        output += spelling(of: directive.name)
        for argument in directive.arguments {
            output += gap(mayBeEmpty: false)
            output += spelling(of: argument)
        }
        // `${` would go on with the word.
        output += gap(mayBeEmpty: output.last != UInt8(ascii: "$"))
        switch directive.body {
        case .none:
            output.append(UInt8(ascii: ";"))
        case .block(let children), .data(let children):
            output.append(UInt8(ascii: "{"))
            output += gap(mayBeEmpty: true)
            for child in children {
                write(child, to: &output)
            }
            output.append(UInt8(ascii: "}"))
        case .lua(let code):
            output += [UInt8(ascii: "{")] + code + [UInt8(ascii: "}")]
        }
        output += gap(mayBeEmpty: true)
    }

    /// A comment needs a blank before it, or it would be part of the word there.
    private mutating func gap(mayBeEmpty: Bool) -> [UInt8] {
        switch Int.random(in: 0..<8, using: &generator) {
        case 0, 1: mayBeEmpty ? [] : [UInt8(ascii: " ")]
        case 2: Array("\r\n\t".utf8)
        case 3: Array(" # a } \" ; {\u{A0}\n".utf8)
        case 4: Array("\n#\r#\n".utf8)
        default: [UInt8(ascii: " ")]
        }
    }

    /// Writes a value in single or double quotes, or with each mark behind a backslash where that
    /// says the same.
    private mutating func spelling(of value: [UInt8]) -> [UInt8] {
        let plain = value.allSatisfy { $0 > 0x20 && !#";{}#"'\"#.utf8.contains($0) }
        if plain, !value.isEmpty, !generator.oneIn(4) { return value }
        let quote = UInt8(ascii: generator.oneIn(2) ? "\"" : "'")
        var text = [quote]
        for byte in value {
            switch byte {
            case UInt8(ascii: "\n") where generator.oneIn(2): text += Array("\\n".utf8)
            case UInt8(ascii: "\t") where generator.oneIn(2): text += Array("\\t".utf8)
            case quote, UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                text += generator.oneIn(2) ? [byte] : [UInt8(ascii: "\\"), byte]
            default: text.append(byte)
            }
        }
        return text + [quote]
    }
}
