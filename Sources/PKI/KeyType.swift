import CLibCrypto

/// The kinds of keys that certctl makes and uses, by the names that operators type.
package enum KeyType: String, CaseIterable, Sendable {
    /// Elliptic curve P-256, also called secp256r1 and prime256v1.
    case p256
    /// Elliptic curve P-384, also called secp384r1.
    case p384
    /// RSA with a modulus of 2048 bits.
    case rsa2048
    /// RSA with a modulus of 3072 bits.
    case rsa3072
    /// RSA with a modulus of 4096 bits.
    case rsa4096
}

extension KeyType {
    /// How a key of this kind is described to OpenSSL.
    enum Recipe {
        case curve(nid: Int32)
        case rsa(bits: Int32)
    }

    /// What ``PrivateKey/make(_:)`` asks OpenSSL for.
    var recipe: Recipe {
        switch self {
        case .p256: .curve(nid: NID_X9_62_prime256v1)
        case .p384: .curve(nid: NID_secp384r1)
        case .rsa2048: .rsa(bits: 2048)
        case .rsa3072: .rsa(bits: 3072)
        case .rsa4096: .rsa(bits: 4096)
        }
    }

    /// The kind of `key`.
    ///
    /// - Throws: What `key` is instead, when it is none of these.
    init(of key: borrowing Handle<PKey>) throws(PKIError) {
        self = try unsafe key.with { (key) throws(PKIError) in
            switch unsafe EVP_PKEY_get_id(key) {
            case NID_X9_62_id_ecPublicKey: try unsafe KeyType(curveOf: key)
            case NID_rsaEncryption: try unsafe KeyType(sizeOf: key)
            default: throw unsafe .unsupportedKeyAlgorithm(name(ofAlgorithmOf: key))
            }
        }
    }

    private init(curveOf key: OpaquePointer) throws(PKIError) {
        switch unsafe PKI.curve(of: key) {
        case .named("prime256v1"): self = .p256
        case .named("secp384r1"): self = .p384
        case .named(let name): throw .unsupportedCurve(name)
        case .explicit: throw .unsupportedCurve("explicit parameters")
        }
    }

    private init(sizeOf key: OpaquePointer) throws(PKIError) {
        switch unsafe EVP_PKEY_get_bits(key) {
        case 2048: self = .rsa2048
        case 3072: self = .rsa3072
        case 4096: self = .rsa4096
        case let bits: throw .unsupportedKeySize(bits: Int(bits))
        }
    }
}

/// How an elliptic-curve key says which curve it is on.
enum NamedCurve: Equatable {
    /// By OpenSSL's name for the curve.
    case named(String)
    /// By its parameters written out, which RFC 5480 §2.1.1 forbids in certificates.
    case explicit
}

/// The curve of `key`, an `EVP_PKEY` on an elliptic curve.
@unsafe func curve(of key: OpaquePointer) -> NamedCurve {
    var isExplicit: Int32 = 0
    let parameter = OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS
    _ = unsafe EVP_PKEY_get_int_param(key, parameter, &isExplicit)
    var name = [CChar](repeating: 0, count: 64)
    guard isExplicit == 0, unsafe EVP_PKEY_get_group_name(key, &name, name.count, nil) == 1 else {
        OpenSSLError.forget()
        return .explicit
    }
    return .named(text(name))
}

/// The name of the algorithm of `key`, an `EVP_PKEY`.
@unsafe private func name(ofAlgorithmOf key: OpaquePointer) -> String {
    guard let name = unsafe EVP_PKEY_get0_type_name(key) else { return "unknown" }
    return unsafe String(cString: name)
}

/// The characters before the first NUL.
private func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
