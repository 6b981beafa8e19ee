import CLibCrypto

/// `EVP_PKEY`: a private or a public key.
enum PKey: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { unsafe EVP_PKEY_free(pointer) }
}

/// `EVP_PKEY_CTX`: the making of a key.
enum KeyGeneration: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { unsafe EVP_PKEY_CTX_free(pointer) }
}

/// `EVP_MD_CTX`: the making of a signature.
enum Signing: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { unsafe EVP_MD_CTX_free(pointer) }
}

/// `ECDSA_SIG`: the two numbers of an ECDSA signature.
enum ECDSASignature: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { unsafe ECDSA_SIG_free(pointer) }
}

/// `BIGNUM`, wiped when it is freed.
enum BigNumber: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { unsafe BN_clear_free(pointer) }
}

/// `BIO`: a place that OpenSSL reads from or writes to.
enum Stream: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { unsafe BIO_free_all(pointer) }
}

/// `X509`: a certificate.
enum X509Certificate: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { unsafe X509_free(pointer) }
}

/// `X509_REQ`: a certificate signing request.
enum X509Request: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { unsafe X509_REQ_free(pointer) }
}

/// `X509_EXTENSION`: one extension, encoded.
enum X509Extension: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { unsafe X509_EXTENSION_free(pointer) }
}

/// `STACK_OF(X509_EXTENSION)`; here it does not own its elements.
enum X509ExtensionList: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { unsafe OPENSSL_sk_free(pointer) }
}

/// `GENERAL_NAMES`: a list of names that owns its elements.
enum GeneralNames: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { unsafe GENERAL_NAMES_free(pointer) }
}
