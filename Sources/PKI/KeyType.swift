/// The kinds of keys that CAs accept.
package enum KeyType: String, CaseIterable, Sendable {
    case p256
    case p384
    case rsa2048
    case rsa3072
    case rsa4096

    /// The width of a coordinate, or of half a signature, in bytes; `nil` for RSA.
    var fieldWidth: Int? {
        switch self {
        case .p256: 32
        case .p384: 48
        case .rsa2048, .rsa3072, .rsa4096: nil
        }
    }
}
