import CLibCrypto

/// The public half of a key, as facts.
package struct PublicKey: Hashable, Sendable {
    package enum Curve: Sendable {
        case p256
        case p384
    }

    package enum Parameters: Hashable, Sendable {
        /// Coordinates as wide as the curve's field.
        case ec(Curve, x: [UInt8], y: [UInt8])
        /// Big-endian without leading zeros.
        case rsa(modulus: [UInt8], exponent: [UInt8])
        /// A key that no account and no certificate of ours has.
        case other
    }

    package let parameters: Parameters
    /// In DER. Source: RFC 5280 §4.1.2.7.
    package let subjectPublicKeyInfo: [UInt8]

    /// The SHA-256 of ``subjectPublicKeyInfo``.
    package var fingerprint: [UInt8] { SHA256.digest(subjectPublicKeyInfo) }

    /// Reads the public half of `key`, which is borrowed.
    init(borrowing key: OpaquePointer) throws(PKIError) {
        subjectPublicKeyInfo = try unsafe DER.encode("i2d_PUBKEY") { output in
            unsafe i2d_PUBKEY(key, output)
        }
        switch unsafe EVP_PKEY_get_base_id(key) {
        case NID_X9_62_id_ecPublicKey:
            switch unsafe EVP_PKEY_get_bits(key) {
            case 256: parameters = try unsafe Self.point(.p256, width: 32, of: key)
            case 384: parameters = try unsafe Self.point(.p384, width: 48, of: key)
            default: parameters = .other
            }
        case NID_rsaEncryption:
            parameters = .rsa(
                modulus: try unsafe Self.number(OSSL_PKEY_PARAM_RSA_N, width: nil, of: key),
                exponent: try unsafe Self.number(OSSL_PKEY_PARAM_RSA_E, width: nil, of: key)
            )
        default:
            parameters = .other
        }
    }

    private static func point(
        _ curve: Curve,
        width: Int,
        of key: OpaquePointer
    ) throws(PKIError) -> Parameters {
        .ec(
            curve,
            x: try unsafe number(OSSL_PKEY_PARAM_EC_PUB_X, width: width, of: key),
            y: try unsafe number(OSSL_PKEY_PARAM_EC_PUB_Y, width: width, of: key)
        )
    }

    /// Reads a number of the key, big-endian; as wide as needed where no width is given.
    private static func number(
        _ name: String,
        width: Int?,
        of key: OpaquePointer
    ) throws(PKIError) -> [UInt8] {
        var number: OpaquePointer?
        try OpenSSLError.check(unsafe EVP_PKEY_get_bn_param(key, name, &number), name)
        defer { unsafe BN_free(number) }
        let count = width ?? (Int(unsafe BN_num_bits(number)) + 7) / 8
        var bytes = [UInt8](repeating: 0, count: count)
        guard unsafe BN_bn2binpad(number, &bytes, Int32(count)) == Int32(count) else {
            throw OpenSSLError.current("BN_bn2binpad")
        }
        return bytes
    }
}
