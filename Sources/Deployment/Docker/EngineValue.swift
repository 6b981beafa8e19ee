import FoundationEssentials

/// A part of an engine's answer, read without assuming what else is in it.
///
/// Docker and Podman differ in what they leave out, set to null or write as another type: asking a
/// value for what it is not gives `nil` or nothing.
enum EngineValue: Decodable, Equatable {
    case object([String: EngineValue])
    case array([EngineValue])
    case string(String)
    case integer(Int)
    case boolean(Bool)
    /// Null, or a number that no answer of interest has.
    case null

    /// Reads JSON; `nil` for what is none.
    init?(_ bytes: [UInt8]) {
        // Why it is none helps nobody: the decoder tells no place.
        guard let value = try? JSONDecoder().decode(EngineValue.self, from: Data(bytes)) else {
            return nil
        }
        self = value
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // A `try?` each: the decoder tells the type of a value only by failing for the others.
        if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([String: EngineValue].self) {
            self = .object(value)
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode([EngineValue].self) {
            self = .array(value)
        } else {
            self = .null
        }
    }

    subscript(_ key: String) -> EngineValue {
        if case .object(let members) = self { members[key] ?? .null } else { .null }
    }

    var members: [String: EngineValue] {
        if case .object(let members) = self { members } else { [:] }
    }

    var elements: [EngineValue] {
        if case .array(let elements) = self { elements } else { [] }
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var number: Int? {
        switch self {
        case .integer(let number): number
        case .string(let text): Int(text)
        default: nil
        }
    }

    var isTrue: Bool { self == .boolean(true) }

    /// The texts among the elements.
    var texts: [String] { elements.compactMap(\.text) }
}
