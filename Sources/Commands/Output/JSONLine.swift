import FoundationEssentials

/// A value as one line of JSON.
enum JSONLine {
    static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return escaped(String(decoding: try encoder.encode(value), as: UTF8.self)) + "\n"
        } catch {
            // The lines are structs of strings, numbers, dates and arrays of them.
            preconditionFailure("a line of output cannot be encoded: \(error)")
        }
    }

    /// The same JSON without characters that a terminal would obey: those that JSON lets stand.
    ///
    /// Source: RFC 8259 §7 wants only what is below U+0020 to be escaped.
    static func escaped(_ json: String) -> String {
        var text = ""
        for scalar in json.unicodeScalars {
            let category = scalar.properties.generalCategory
            guard !scalar.isASCII || scalar == "\u{7F}", [.control, .format].contains(category)
            else {
                text.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return text
    }
}
