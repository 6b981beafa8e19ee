import CLibCrypto

/// A message authentication code over SHA-256.
///
/// Source: RFC 2104; RFC 7518 §3.2 calls it HS256.
package enum HMAC {
    /// The 32 bytes of the code of `message` under `key`.
    package static func sha256(of message: [UInt8], key: [UInt8]) throws(PKIError) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: SHA256.byteCount)
        var count = 0
        let result = unsafe EVP_Q_mac(
            nil,
            "HMAC",
            nil,
            "SHA256",
            nil,
            key,
            key.count,
            message,
            message.count,
            &code,
            code.count,
            &count
        )
        guard unsafe result != nil, count == code.count else {
            throw .openSSL(OpenSSLError.current("EVP_Q_mac"))
        }
        return code
    }
}
