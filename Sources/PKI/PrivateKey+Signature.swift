import CLibCrypto

extension PrivateKey {
    /// The signature of `message` in the form that JOSE wants.
    ///
    /// ES256 for P-256 (64 bytes), ES384 for P-384 (96 bytes), RS256 for RSA. ECDSA signatures are
    /// the two numbers side by side, each padded to the width of the field, and not DER.
    ///
    /// Source: RFC 7518 §3.3 and §3.4.
    package func signature(of message: [UInt8]) throws(PKIError) -> [UInt8] {
        let signature = try openSSLSignature(of: message)
        switch publicKey.parameters {
        case .ec(let curve, _, _): return try joined(signature, width: curve.fieldWidth)
        case .rsa, .other: return signature
        }
    }

    /// The hash that signatures with this key use (an `EVP_MD`).
    ///
    /// Source: RFC 7518 §3.1; CAs want the same in requests.
    @unsafe var digest: OpaquePointer? {
        switch type {
        case .p384: unsafe EVP_sha384()
        case .p256, .rsa2048, .rsa3072, .rsa4096: unsafe EVP_sha256()
        }
    }

    /// The signature as OpenSSL makes it: DER for ECDSA, PKCS#1 v1.5 for RSA.
    private func openSSLSignature(of message: [UInt8]) throws(PKIError) -> [UInt8] {
        let signing = try unsafe Handle<Signing>(owning: EVP_MD_CTX_new(), "EVP_MD_CTX_new")
        return try unsafe signing.with { (signing) throws(PKIError) in
            let result = unsafe handle.with { key in
                unsafe EVP_DigestSignInit(signing, nil, digest, nil, key)
            }
            try check(result, "EVP_DigestSignInit")
            // The first call tells the most bytes that are needed, the second how many were.
            var count = 0
            try unsafe check(
                EVP_DigestSign(signing, nil, &count, message, message.count),
                "EVP_DigestSign"
            )
            var signature = [UInt8](repeating: 0, count: count)
            try unsafe check(
                EVP_DigestSign(signing, &signature, &count, message, message.count),
                "EVP_DigestSign"
            )
            return Array(signature.prefix(count))
        }
    }
}

/// Turns an ECDSA signature from DER into R and S side by side, `width` bytes each.
private func joined(_ der: [UInt8], width: Int) throws(PKIError) -> [UInt8] {
    let signature = try unsafe Handle<ECDSASignature>(
        owning: decoded(der) { unsafe d2i_ECDSA_SIG(nil, $0, $1) }.object,
        "d2i_ECDSA_SIG"
    )
    return try unsafe signature.with { (signature) throws(PKIError) in
        // "get0": both numbers are borrowed from the signature.
        guard let r = unsafe ECDSA_SIG_get0_r(signature), let s = unsafe ECDSA_SIG_get0_s(signature)
        else { throw .openSSL(.current("ECDSA_SIG_get0")) }
        return try unsafe bytes(ofNumber: r, width: width) + bytes(ofNumber: s, width: width)
    }
}
