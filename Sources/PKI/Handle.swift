import CLibCrypto

/// A kind of OpenSSL object; the tag tells apart what Swift imports as one type.
protocol OpenSSLObject {
    static func free(_ pointer: OpaquePointer)
}

/// Owns one OpenSSL object and frees it exactly once; is never null.
@safe struct Handle<Object: OpenSSLObject>: ~Copyable {
    private let pointer: OpaquePointer

    /// Takes what `operation` has returned.
    ///
    /// Throws ``PKIError/openSSL(_:)`` when that is null.
    init(owning pointer: OpaquePointer?, _ operation: String) throws(PKIError) {
        guard let pointer = unsafe pointer else { throw OpenSSLError.current(operation) }
        unsafe self.pointer = pointer
    }

    deinit { unsafe Object.free(pointer) }

    /// Lends the pointer to `body`, which must not keep it.
    @unsafe borrowing func with<Result, Failure: Error>(
        _ body: (OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(pointer)
    }
}

enum PKey: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { unsafe EVP_PKEY_free(pointer) }
}

enum PKeyContext: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { unsafe EVP_PKEY_CTX_free(pointer) }
}

enum DigestContext: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { unsafe EVP_MD_CTX_free(pointer) }
}

enum MemoryBIO: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { unsafe BIO_free_all(pointer) }
}

enum ECDSASignature: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { unsafe ECDSA_SIG_free(pointer) }
}

enum X509Certificate: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { unsafe X509_free(pointer) }
}

enum X509Request: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { unsafe X509_REQ_free(pointer) }
}
