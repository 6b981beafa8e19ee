import CLibCrypto

/// A public key as a value: its numbers, and the DER that certificates carry.
package struct PublicKey: Hashable, Sendable {
    /// The elliptic curves whose keys certctl can use.
    package enum Curve: Sendable {
        case p256
        case p384
    }

    /// What the key consists of.
    package enum Parameters: Hashable, Sendable {
        /// A point on a curve; each coordinate is padded on the left to the width of the field.
        case ec(Curve, x: [UInt8], y: [UInt8])
        /// Both numbers in as few big-endian bytes as they need.
        case rsa(modulus: [UInt8], exponent: [UInt8])
        /// A kind that certctl does not use itself, as the keys of some CAs are.
        case other
    }

    /// The numbers, for a JWK.
    package let parameters: Parameters
    /// The DER of `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
    package let subjectPublicKeyInfo: [UInt8]

    /// The SHA-256 of ``subjectPublicKeyInfo``: what tells keys apart in words.
    package var fingerprint: [UInt8] { SHA256.digest(subjectPublicKeyInfo) }
}

extension PublicKey {
    /// The public half of `key`.
    init(of key: borrowing Handle<PKey>) throws(PKIError) {
        subjectPublicKeyInfo = try unsafe encoded("i2d_PUBKEY") { buffer in
            unsafe key.with { unsafe i2d_PUBKEY($0, buffer) }
        }
        parameters = try unsafe key.with { (key) throws(PKIError) in
            try unsafe Parameters(of: key)
        }
    }

    /// `key`, an `EVP_PKEY` that belongs to a request.
    @unsafe init(ofRequestKey key: OpaquePointer) throws(PKIError) {
        subjectPublicKeyInfo = try unsafe encoded("i2d_PUBKEY") { unsafe i2d_PUBKEY(key, $0) }
        parameters = try unsafe Parameters(of: key)
    }

    /// The key that `certificate`, an `X509`, certifies.
    @unsafe init(certifiedBy certificate: OpaquePointer) throws(PKIError) {
        // The bytes of the certificate, not of the parsed key: a kind that OpenSSL does not know
        // has them too.
        subjectPublicKeyInfo = try unsafe encoded("i2d_X509_PUBKEY") { buffer in
            unsafe i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), buffer)
        }
        // "get0": borrowed from the certificate.
        guard let key = unsafe X509_get0_pubkey(certificate) else {
            OpenSSLError.forget()
            parameters = .other
            return
        }
        parameters = try unsafe Parameters(of: key)
    }
}

extension PublicKey.Parameters {
    @unsafe fileprivate init(of key: OpaquePointer) throws(PKIError) {
        switch unsafe EVP_PKEY_get_id(key) {
        case NID_X9_62_id_ecPublicKey:
            try unsafe self.init(ofCurveKey: key)
        case NID_rsaEncryption:
            self = .rsa(
                modulus: try unsafe number(OSSL_PKEY_PARAM_RSA_N, of: key).bytes(),
                exponent: try unsafe number(OSSL_PKEY_PARAM_RSA_E, of: key).bytes()
            )
        default:
            self = .other
        }
    }

    @unsafe private init(ofCurveKey key: OpaquePointer) throws(PKIError) {
        let curve: PublicKey.Curve
        switch unsafe PKI.curve(of: key) {
        case .named("prime256v1"): curve = .p256
        case .named("secp384r1"): curve = .p384
        default:
            self = .other
            return
        }
        self = .ec(
            curve,
            x: try unsafe number(OSSL_PKEY_PARAM_EC_PUB_X, of: key).bytes(width: curve.fieldWidth),
            y: try unsafe number(OSSL_PKEY_PARAM_EC_PUB_Y, of: key).bytes(width: curve.fieldWidth)
        )
    }
}

extension PublicKey.Curve {
    /// How many bytes a coordinate has, and each half of a signature.
    ///
    /// Source: RFC 7518 §3.4 and §6.2.1.2.
    var fieldWidth: Int {
        switch self {
        case .p256: 32
        case .p384: 48
        }
    }
}

/// One of the numbers that `key`, an `EVP_PKEY`, consists of.
@unsafe private func number(
    _ name: String,
    of key: OpaquePointer
) throws(PKIError) -> Handle<BigNumber> {
    var number: OpaquePointer?
    try unsafe check(EVP_PKEY_get_bn_param(key, name, &number), "EVP_PKEY_get_bn_param")
    return try unsafe Handle(owning: number, "EVP_PKEY_get_bn_param")
}
