import FoundationEssentials

/// Base64 with the URL-safe alphabet and without padding: how JOSE writes bytes.
///
/// Source: RFC 7515 §2.
package enum Base64URL {
    /// Writes `bytes`.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let base64 = Data(bytes).base64EncodedString()
        return String(base64.compactMap(urlSafe))
    }

    /// Reads base64url, and base64 too; padding may be there or not.
    ///
    /// - Returns: `nil` for a text with any other character.
    static func decode(_ text: String) -> [UInt8]? {
        let base64 = text.filter { $0 != "=" }
            .replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        return Data(base64Encoded: base64 + padding).map(Array.init)
    }

    /// Whether `text` has no character outside of the alphabet.
    static func isAlphabet(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default:
                false
            }
        }
    }

    private static func urlSafe(_ character: Character) -> Character? {
        switch character {
        case "+": "-"
        case "/": "_"
        case "=": nil
        default: character
        }
    }
}
