/// The fields of a message: names compare without case, a name may occur more than once.
///
/// Source: RFC 9110 §5.
package struct HTTPHeaders: Equatable, Sendable {
    /// One field line.
    package struct Field: Equatable, Sendable {
        /// The name in lower case.
        package let name: String
        package let value: String
    }

    /// All field lines in the order of the message.
    package private(set) var fields: [Field] = []

    package init() {}

    /// Adds a field line; earlier ones of the same name stay.
    package mutating func append(_ name: String, _ value: String) {
        fields.append(Field(name: name.lowercased(), value: value))
    }

    /// The value of the first field of that name.
    package subscript(_ name: String) -> String? {
        fields.first { $0.name == name.lowercased() }?.value
    }

    /// The values of every field of that name, in order.
    package func all(_ name: String) -> [String] {
        fields.filter { $0.name == name.lowercased() }.map(\.value)
    }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements {
            append(name, value)
        }
    }
}
