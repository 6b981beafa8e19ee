/// A member that does without its value where that cannot be read: what a CA says besides must not
/// keep what it says from being understood.
struct Lenient<Value: Decodable>: Decodable {
    let value: Value?

    init(from decoder: any Decoder) throws {
        value = try? Value(from: decoder)
    }
}
