import FoundationEssentials

/// A value as one line of JSON.
enum JSONLine {
    static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
        } catch {
            // The lines are structs of strings, numbers, dates and arrays of them.
            preconditionFailure("a line of output cannot be encoded: \(error)")
        }
    }
}
