/// The few requests of roff's `man` macros that a manual page needs, with their texts escaped.
///
/// Source: groff_man(7), groff_char(7).
enum Roff {
    /// Running text: no character of it is a request or an escape, and hyphens can be copied.
    static func text(_ text: String) -> String {
        let escaped = text.unicodeScalars.map(Self.escaped).joined()
        return escaped.hasPrefix(".") ? "\\&\(escaped)" : escaped
    }

    static func bold(_ text: String) -> String { "\\fB\(Self.text(text))\\fR" }

    static func italic(_ text: String) -> String { "\\fI\(Self.text(text))\\fR" }

    static func title(_ fields: [String]) -> String {
        ".TH " + fields.map { "\"\(text($0))\"" }.joined(separator: " ") + "\n"
    }

    static func section(_ name: String) -> String { ".SH \"\(text(name))\"\n" }

    static func subsection(_ name: String) -> String { ".SS \"\(text(name))\"\n" }

    static func paragraph(_ text: String) -> String { ".PP\n\(Self.text(text))\n" }

    /// What `tag`, which is escaped already, means.
    static func item(_ tag: String, _ text: String) -> String {
        ".TP\n\(tag)\n\(Self.text(text))\n"
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\\": "\\e"
        case "-": "\\-"
        case "'": "\\(aq"
        case "`": "\\(ga"
        case "\"": "\\(dq"
        case "^": "\\(ha"
        case "~": "\\(ti"
        case "\n": " "
        // Not every terminal has the character.
        case "…": ".\\|.\\|."
        case _ where scalar.isASCII: String(scalar)
        default: "\\[u\(hexadecimal(scalar.value))]"
        }
    }

    /// At least four digits, as roff wants them.
    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
