import CLibCrypto

/// Source: FIPS 180-4.
package enum SHA256 {
    /// The 32 bytes of the digest.
    package static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        // The one-shot call has no failure to report.
        _ = unsafe CLibCrypto.SHA256(bytes, bytes.count, &digest)
        return digest
    }
}
