import FoundationEssentials

/// The JSON of the store's files: sorted keys and ISO 8601 dates, so that the same facts are the
/// same bytes.
enum StoreJSON {
    static func encode(_ value: some Encodable, isPretty: Bool = true) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
        do {
            return Array(try encoder.encode(value)) + (isPretty ? [UInt8(ascii: "\n")] : [])
        } catch {
            // The store's types are structs of strings, numbers, dates and arrays of them.
            preconditionFailure("a value of the store cannot be encoded: \(error)")
        }
    }

    static func decode<Value: Decodable>(
        _ type: Value.Type,
        _ bytes: some Sequence<UInt8>
    ) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(type, from: Data(bytes))
    }
}
