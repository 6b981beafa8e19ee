import FoundationEssentials

/// The JSON that a request carries.
enum Payload {
    /// The empty payload of a POST-as-GET.
    ///
    /// Source: RFC 8555 §6.3.
    static let none: [UInt8] = []

    /// The empty object that tells the CA to validate a challenge.
    ///
    /// Source: RFC 8555 §7.5.1.
    static let challenge: [UInt8] = Array("{}".utf8)

    static func json(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            // The payloads of this module are structs of strings, booleans and arrays of them.
            preconditionFailure("a payload cannot be encoded: \(error)")
        }
    }
}
