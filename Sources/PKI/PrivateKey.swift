import CLibCrypto
package import Diagnostics

/// A key that signs: of an account, or of a certificate.
///
/// An `EVP_PKEY` is reference-counted atomically and nothing here changes it after `init`, so that
/// many threads may sign with it at once; hence `@unchecked Sendable`.
package final class PrivateKey: @unchecked Sendable {
    /// The kind of key, which decides the algorithm of its signatures.
    package let type: KeyType
    /// What others may know of the key.
    package let publicKey: PublicKey
    /// The key as OpenSSL has it.
    let handle: Handle<PKey>

    /// Takes over `handle`.
    ///
    /// - Throws: What the key is instead, when it is of no ``KeyType``.
    private init(owning handle: consuming Handle<PKey>) throws(PKIError) {
        type = try KeyType(of: handle)
        publicKey = try PublicKey(of: handle)
        self.handle = handle
    }

    /// Makes a new key from OpenSSL's random numbers.
    package static func make(_ type: KeyType) throws(PKIError) -> PrivateKey {
        try PrivateKey(owning: generate(type.recipe))
    }

    /// Reads a key that was made here or by another program.
    ///
    /// PKCS#8, PKCS#1 and SEC1 are understood, also after other blocks such as `EC PARAMETERS`.
    ///
    /// - Throws: What is in the file instead of a key that certctl can use. An encrypted key is an
    ///   error, never a question on the terminal: a timer has nobody to ask.
    package convenience init(pem: Secret<[UInt8]>) throws(PKIError) {
        try self.init(owning: pem.reveal(decode))
    }

    /// The key as PKCS#8 in PEM, not encrypted.
    package func pem() throws(PKIError) -> Secret<[UInt8]> {
        // This kind of stream wipes its memory when it grows and when it is freed.
        let stream = try unsafe Handle<Stream>(owning: BIO_new(BIO_s_secmem()), "BIO_new")
        let result = unsafe handle.with { key in
            unsafe stream.with { stream in
                unsafe PEM_write_bio_PKCS8PrivateKey(stream, key, nil, nil, 0, nil, nil)
            }
        }
        try check(result, "PEM_write_bio_PKCS8PrivateKey")
        return Secret(try stream.contents())
    }
}

/// The largest file that is read as a key, in bytes; RSA 4096 needs 3.3 KB.
private let largestKeyFile = 64 * 1024

/// Makes a key by `recipe`.
private func generate(_ recipe: KeyType.Recipe) throws(PKIError) -> Handle<PKey> {
    let algorithm =
        switch recipe {
        case .curve: "EC"
        case .rsa: "RSA"
        }
    let generation = try unsafe Handle<KeyGeneration>(
        owning: EVP_PKEY_CTX_new_from_name(nil, algorithm, nil),
        "EVP_PKEY_CTX_new_from_name"
    )
    return try unsafe generation.with { (generation) throws(PKIError) in
        try unsafe check(EVP_PKEY_keygen_init(generation), "EVP_PKEY_keygen_init")
        switch recipe {
        case .curve(let nid):
            let result = unsafe EVP_PKEY_CTX_set_ec_paramgen_curve_nid(generation, nid)
            try check(result, "EVP_PKEY_CTX_set_ec_paramgen_curve_nid")
        case .rsa(let bits):
            let result = unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(generation, bits)
            try check(result, "EVP_PKEY_CTX_set_rsa_keygen_bits")
        }
        var key: OpaquePointer?
        try unsafe check(EVP_PKEY_generate(generation, &key), "EVP_PKEY_generate")
        return try unsafe Handle(owning: key, "EVP_PKEY_generate")
    }
}

/// Reads the first private key in `pem`.
private func decode(_ pem: [UInt8]) throws(PKIError) -> Handle<PKey> {
    guard pem.count <= largestKeyFile else { throw .unreadableKey }
    var isEncrypted = false
    let key = try unsafe pem.withUnsafeBufferPointer { (pem) throws(PKIError) in
        // The stream reads from the caller's bytes in place: no copy to wipe.
        let stream = try unsafe Handle<Stream>(
            owning: BIO_new_mem_buf(pem.baseAddress, Int32(pem.count)),
            "BIO_new_mem_buf"
        )
        return unsafe stream.with { stream in
            unsafe PEM_read_bio_PrivateKey(stream, nil, refusePassphrase, &isEncrypted)
        }
    }
    guard let key = unsafe key else {
        OpenSSLError.forget()
        throw isEncrypted ? .encryptedKey : .unreadableKey
    }
    return try unsafe Handle(owning: key, "PEM_read_bio_PrivateKey")
}

/// Answers OpenSSL's wish for a passphrase with a failure, and notes the wish in `context`, which
/// is a `Bool`.
///
/// Without this function OpenSSL would ask on the terminal.
private func refusePassphrase(
    _ buffer: UnsafeMutablePointer<CChar>?,
    _ size: Int32,
    _ isForWriting: Int32,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    unsafe context?.storeBytes(of: true, as: Bool.self)
    return -1
}
