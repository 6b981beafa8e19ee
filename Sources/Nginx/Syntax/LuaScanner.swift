/// Finds the end of Lua code in a `*_by_lua_block`, which OpenResty reads instead of nginx.
///
/// Braces count unless they stand in a string, a comment or long brackets.
///
/// Source: Lua 5.1 reference manual §2.1.
struct LuaScanner {
    private let bytes: [UInt8]
    private let start: Int
    private var index: Int

    init(_ bytes: [UInt8], from start: Int) {
        self.bytes = bytes
        self.start = start
        index = start
    }

    /// The offset of the brace that closes the block.
    mutating func closingBrace() throws(SyntaxError) -> Int {
        var depth = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "{"):
                depth += 1
                index += 1
            case UInt8(ascii: "}") where depth == 0: return index
            case UInt8(ascii: "}"):
                depth -= 1
                index += 1
            case UInt8(ascii: "\""), UInt8(ascii: "'"): try skipString()
            case UInt8(ascii: "-") where byte(after: index) == UInt8(ascii: "-"): try skipComment()
            case UInt8(ascii: "["):
                if try !skipLongBracket() { index += 1 }
            default: index += 1
            }
        }
        throw unclosed(at: start)
    }

    private mutating func skipString() throws(SyntaxError) {
        let start = index
        index += 1
        while index < bytes.count {
            switch bytes[index] {
            case bytes[start]:
                index += 1
                return
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        throw unclosed(at: start)
    }

    private mutating func skipComment() throws(SyntaxError) {
        index += 2
        if try skipLongBracket() { return }
        while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
    }

    /// Skips `[[ … ]]` with as many `=` between the brackets at both ends, if it begins here.
    private mutating func skipLongBracket() throws(SyntaxError) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: "[") else { return false }
        let start = index
        let level = equalSigns(from: start + 1)
        guard byte(after: start + level) == UInt8(ascii: "[") else { return false }
        index = start + level + 2
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "]") else {
                index += 1
                continue
            }
            let signs = equalSigns(from: index + 1)
            let isEnd = signs == level && byte(after: index + signs) == UInt8(ascii: "]")
            index += signs + (isEnd ? 2 : 1)
            if isEnd { return true }
        }
        throw unclosed(at: start)
    }

    private func equalSigns(from start: Int) -> Int {
        var end = start
        while end < bytes.count, bytes[end] == UInt8(ascii: "=") { end += 1 }
        return end - start
    }

    private func byte(after index: Int) -> UInt8? {
        index + 1 < bytes.count ? bytes[index + 1] : nil
    }

    private func unclosed(at offset: Int) -> SyntaxError {
        SyntaxError(.unclosedLua, at: offset, in: bytes)
    }
}
