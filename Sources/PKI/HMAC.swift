import CLibCrypto

/// A message authentication code.
///
/// Source: RFC 2104.
package enum HMAC: String, CaseIterable, Sendable {
    // Named as in RFC 7518 §3.2.
    case sha256 = "HS256"
    case sha384 = "HS384"
    case sha512 = "HS512"

    /// OpenSSL's name for the hash.
    private var digest: String {
        switch self {
        case .sha256: "SHA256"
        case .sha384: "SHA384"
        case .sha512: "SHA512"
        }
    }

    private var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// The code of `message` under `key`: 32, 48 or 64 bytes.
    package func code(of message: [UInt8], key: [UInt8]) throws(PKIError) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: byteCount)
        var count = 0
        let result = unsafe EVP_Q_mac(
            nil,
            "HMAC",
            nil,
            digest,
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
