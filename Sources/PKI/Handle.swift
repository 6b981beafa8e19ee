import CLibCrypto

/// A kind of OpenSSL object: a tag without values that knows how such an object is freed.
///
/// Swift imports every opaque struct of OpenSSL as the same `OpaquePointer`; the tag tells an
/// `EVP_PKEY` from an `X509`.
protocol OpenSSLObject {
    /// Gives back the one reference that the owner of `pointer` holds.
    static func free(_ pointer: OpaquePointer)
}

/// Owns one OpenSSL object and frees it exactly once; is never null.
@safe struct Handle<Object: OpenSSLObject>: ~Copyable {
    private let pointer: OpaquePointer

    /// Takes over what an OpenSSL function made.
    ///
    /// - Parameters:
    ///   - pointer: The function's result; null is how OpenSSL reports a failure.
    ///   - operation: The function's name, for the error.
    /// - Throws: OpenSSL's error when `pointer` is null.
    init(owning pointer: OpaquePointer?, _ operation: String) throws(PKIError) {
        guard let pointer = unsafe pointer else { throw .openSSL(.current(operation)) }
        unsafe self.pointer = pointer
    }

    deinit { unsafe Object.free(pointer) }

    /// Lends the pointer to `body`, which must not keep it.
    @unsafe borrowing func with<Result: ~Copyable, Failure: Error>(
        _ body: (OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(pointer)
    }
}
