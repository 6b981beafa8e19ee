import CLibCrypto

/// OpenSSL's `i2d` functions.
enum DER {
    /// Calls `encoder` with a pointer that it sets to a buffer of its own, and copies that.
    static func encode(
        _ operation: String,
        _ encoder: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>) -> Int32
    ) throws(PKIError) -> [UInt8] {
        var buffer: UnsafeMutablePointer<UInt8>?
        let count = unsafe encoder(&buffer)
        guard count > 0, let start = unsafe buffer else { throw OpenSSLError.current(operation) }
        defer { unsafe CRYPTO_free(start, nil, 0) }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }
}
