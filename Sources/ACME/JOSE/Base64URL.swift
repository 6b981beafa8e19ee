import FoundationEssentials

/// Base64 with the URL-safe alphabet and without padding: how JOSE writes bytes.
///
/// Source: RFC 7515 §2.
package enum Base64URL {
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let base64 = Data(bytes).base64EncodedString()
        return String(base64.compactMap(urlSafe))
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
