import CLibCrypto
package import Diagnostics

/// A key that signs; the key itself never leaves OpenSSL but as PEM for its file.
///
/// `@unchecked`: an `EVP_PKEY` is reference-counted atomically and nothing here changes it after
/// `init`, so it can sign on several threads at once.
package final class PrivateKey: @unchecked Sendable {
    package let type: KeyType
    package let publicKey: PublicKey
    private let handle: Handle<PKey>

    private init(_ handle: consuming Handle<PKey>) throws(PKIError) {
        type = try unsafe handle.with { key throws(PKIError) in try unsafe Self.type(of: key) }
        publicKey = try unsafe handle.with { key throws(PKIError) in
            try unsafe PublicKey(borrowing: key)
        }
        self.handle = handle
    }

    /// Makes a new key; RSA of 4096 bits may take seconds.
    package static func make(_ type: KeyType) throws(PKIError) -> PrivateKey {
        let algorithm = type.fieldWidth == nil ? "RSA" : "EC"
        let context = unsafe try Handle<PKeyContext>(
            owning: unsafe EVP_PKEY_CTX_new_from_name(nil, algorithm, nil),
            "EVP_PKEY_CTX_new_from_name"
        )
        let pointer = try unsafe context.with { context throws(PKIError) in
            try OpenSSLError.check(unsafe EVP_PKEY_keygen_init(context), "EVP_PKEY_keygen_init")
            try OpenSSLError.check(unsafe setKind(type, context), "key parameters")
            var key: OpaquePointer?
            try OpenSSLError.check(unsafe EVP_PKEY_generate(context, &key), "EVP_PKEY_generate")
            return unsafe key
        }
        return unsafe try PrivateKey(Handle(owning: unsafe pointer, "EVP_PKEY_generate"))
    }

    private static func setKind(_ type: KeyType, _ context: OpaquePointer) -> Int32 {
        switch type {
        case .p256:
            unsafe EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1)
        case .p384: unsafe EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_secp384r1)
        case .rsa2048: unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048)
        case .rsa3072: unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, 3072)
        case .rsa4096: unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, 4096)
        }
    }

    /// Reads a key that this or another program has made: PKCS#8, SEC 1 or PKCS#1.
    ///
    /// Throws ``PKIError/unreadableKey(_:)``, also for a key behind a passphrase, and
    /// ``PKIError/unsupportedKey(_:)``.
    package convenience init(pem: Secret<[UInt8]>) throws(PKIError) {
        let pointer = unsafe try pem.reveal { pem throws(PKIError) in
            let bio = unsafe try Handle<MemoryBIO>(
                owning: unsafe BIO_new_mem_buf(pem, Int32(clamping: pem.count)),
                "BIO_new_mem_buf"
            )
            // Without a callback of ours OpenSSL would ask for a passphrase on the terminal.
            return unsafe bio.with { bio in
                unsafe PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in -1 }, nil)
            }
        }
        guard let pointer = unsafe pointer else {
            throw .unreadableKey("\(OpenSSLError.current("PEM_read_bio_PrivateKey"))")
        }
        unsafe try self.init(Handle(owning: unsafe pointer, "PEM_read_bio_PrivateKey"))
    }

    private static func type(of key: OpaquePointer) throws(PKIError) -> KeyType {
        let bits = unsafe EVP_PKEY_get_bits(key)
        switch (unsafe EVP_PKEY_get_base_id(key), bits) {
        case (NID_X9_62_id_ecPublicKey, 256) where unsafe curve(of: key) == "prime256v1":
            return .p256
        case (NID_X9_62_id_ecPublicKey, 384) where unsafe curve(of: key) == "secp384r1":
            return .p384
        case (NID_rsaEncryption, 2048): return .rsa2048
        case (NID_rsaEncryption, 3072): return .rsa3072
        case (NID_rsaEncryption, 4096): return .rsa4096
        default: throw .unsupportedKey("it is of another kind, with \(bits) bits")
        }
    }

    private static func curve(of key: OpaquePointer) -> String {
        var name = [CChar](repeating: 0, count: 64)
        var count = 0
        guard unsafe EVP_PKEY_get_group_name(key, &name, name.count, &count) == 1 else { return "" }
        return String(decoding: name.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The key as PKCS#8 PEM, for its file and nothing else.
    package func pem() throws(PKIError) -> Secret<[UInt8]> {
        let bio = unsafe try Handle<MemoryBIO>(
            // Its buffer is wiped when it is freed.
            owning: unsafe BIO_new(BIO_s_secmem()),
            "BIO_new"
        )
        return try unsafe bio.with { bio throws(PKIError) in
            let result = unsafe handle.with { key in
                unsafe PEM_write_bio_PKCS8PrivateKey(bio, key, nil, nil, 0, nil, nil)
            }
            try OpenSSLError.check(result, "PEM_write_bio_PKCS8PrivateKey")
            return Secret(unsafe Self.contents(of: bio))
        }
    }

    private static func contents(of bio: OpaquePointer) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe BIO_read(bio, &buffer, Int32(buffer.count))
            guard count > 0 else { break }
            bytes += buffer.prefix(Int(count))
        }
        unsafe OPENSSL_cleanse(&buffer, buffer.count)
        return bytes
    }

    /// Signs `message` in the form that JOSE asks for: ES256, ES384 or RS256 by the key's kind.
    ///
    /// Source: RFC 7518 §3.3 and §3.4.
    package func signature(of message: [UInt8]) throws(PKIError) -> [UInt8] {
        let signature = try sign(message)
        guard let width = type.fieldWidth else { return signature }
        return try Self.rawSignature(signature, width: width)
    }

    private func sign(_ message: [UInt8]) throws(PKIError) -> [UInt8] {
        let digest = type == .p384 ? unsafe EVP_sha384() : unsafe EVP_sha256()
        let context = unsafe try Handle<DigestContext>(owning: unsafe EVP_MD_CTX_new(), "EVP_MD_CTX_new")
        return try unsafe context.with { context throws(PKIError) in
            let result = unsafe handle.with { key in
                unsafe EVP_DigestSignInit(context, nil, digest, nil, key)
            }
            try OpenSSLError.check(result, "EVP_DigestSignInit")
            var count = 0
            try OpenSSLError.check(
                unsafe EVP_DigestSign(context, nil, &count, message, message.count),
                "EVP_DigestSign"
            )
            var signature = [UInt8](repeating: 0, count: count)
            try OpenSSLError.check(
                unsafe EVP_DigestSign(context, &signature, &count, message, message.count),
                "EVP_DigestSign"
            )
            return Array(signature.prefix(count))
        }
    }

    /// Turns the DER of an ECDSA signature into R and S of fixed width.
    private static func rawSignature(_ der: [UInt8], width: Int) throws(PKIError) -> [UInt8] {
        let pointer = unsafe der.withUnsafeBufferPointer { buffer in
            var start = buffer.baseAddress
            return unsafe d2i_ECDSA_SIG(nil, &start, buffer.count)
        }
        let parsed = unsafe try Handle<ECDSASignature>(owning: unsafe pointer, "d2i_ECDSA_SIG")
        var raw = [UInt8](repeating: 0, count: 2 * width)
        let isWritten = unsafe parsed.with { signature in
            unsafe raw.withUnsafeMutableBufferPointer { buffer in
                guard let start = buffer.baseAddress else { return false }
                // get0: the numbers belong to the signature.
                let r = unsafe ECDSA_SIG_get0_r(signature)
                let s = unsafe ECDSA_SIG_get0_s(signature)
                return unsafe BN_bn2binpad(r, start, Int32(width)) == Int32(width)
                    && BN_bn2binpad(s, start + width, Int32(width)) == Int32(width)
            }
        }
        guard isWritten else { throw OpenSSLError.current("BN_bn2binpad") }
        return raw
    }

    /// Lends the key to another file of this module.
    @unsafe func with<Result>(
        _ body: (OpaquePointer) throws(PKIError) -> Result
    ) throws(PKIError) -> Result {
        try unsafe handle.with(body)
    }
}
