import CLibCrypto

/// The hash that ACME, X.509 fingerprints and certctl's own files use.
///
/// Source: FIPS 180-4.
package enum SHA256 {
    /// How many bytes a digest has.
    package static let byteCount = 32

    /// Found once: that takes longer than the digest of a small file.
    ///
    /// An `EVP_MD` is never changed, so that all threads may use it; it lives as long as the program.
    private nonisolated(unsafe) static let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil)

    /// The 32 bytes that stand for `bytes`.
    package static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: byteCount)
        let result = unsafe EVP_Digest(bytes, bytes.count, &digest, nil, algorithm, nil)
        // Fails only where OpenSSL's default provider is not there, and then not even TLS works:
        // no caller could do anything about it.
        precondition(result == 1, "OpenSSL has no SHA-256")
        return digest
    }
}
