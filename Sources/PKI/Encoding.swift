import CLibCrypto

/// Collects what one of OpenSSL's `i2d_…` functions writes.
///
/// - Parameters:
///   - operation: The function's name, for the error.
///   - encode: Calls the function with the place for its buffer; it allocates, this frees.
/// - Returns: The object in DER.
/// - Throws: OpenSSL's error when nothing was written.
@unsafe func encoded(
    _ operation: String,
    _ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>) -> Int32
) throws(PKIError) -> [UInt8] {
    var buffer: UnsafeMutablePointer<UInt8>?
    let count = unsafe encode(&buffer)
    defer { unsafe CRYPTO_free(buffer, nil, 0) }
    guard count > 0, let start = unsafe buffer else { throw .openSSL(.current(operation)) }
    return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
}

/// Runs one of OpenSSL's `d2i_…` functions over `der`.
///
/// - Parameters:
///   - der: The bytes to read; there may be more of them than the object needs.
///   - decode: Calls the function with the place that it moves on, and a byte count.
/// - Returns: What the function made, owned by the caller and null when it failed; and how many
///   bytes it left over.
@unsafe func decoded(
    _ der: [UInt8],
    _ decode: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> OpaquePointer?
) -> (object: OpaquePointer?, leftOver: Int) {
    unsafe der.withUnsafeBufferPointer { der in
        var next = der.baseAddress
        let object = unsafe decode(&next, der.count)
        guard let start = der.baseAddress, let next = unsafe next else { return unsafe (object, 0) }
        return unsafe (object, der.count - (next - start))
    }
}

extension Handle where Object == BigNumber {
    /// The number in big-endian bytes: `width` of them, padded on the left, or by default as many
    /// as the number needs.
    borrowing func bytes(width: Int? = nil) throws(PKIError) -> [UInt8] {
        try unsafe with { (number) throws(PKIError) in
            try unsafe PKI.bytes(ofNumber: number, width: width)
        }
    }
}

/// The big-endian bytes of a `BIGNUM`; see ``Handle/bytes(width:)``.
@unsafe func bytes(ofNumber number: OpaquePointer, width: Int? = nil) throws(PKIError) -> [UInt8] {
    let width = unsafe width ?? (Int(BN_num_bits(number)) + 7) / 8
    var bytes = [UInt8](repeating: 0, count: width)
    guard unsafe BN_bn2binpad(number, &bytes, Int32(width)) == width else {
        throw .openSSL(.current("BN_bn2binpad"))
    }
    return bytes
}

extension Handle where Object == Stream {
    /// Takes all that was written to this stream, which must be one in memory.
    borrowing func contents() throws(PKIError) -> [UInt8] {
        try unsafe with { (stream) throws(PKIError) in
            let count = unsafe BIO_ctrl(stream, BIO_CTRL_PENDING, 0, nil)
            var contents = [UInt8](repeating: 0, count: max(0, count))
            guard !contents.isEmpty else { return contents }
            guard unsafe BIO_read(stream, &contents, Int32(count)) == Int32(count) else {
                throw .openSSL(.current("BIO_read"))
            }
            return contents
        }
    }
}
