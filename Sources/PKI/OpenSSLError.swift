import CLibCrypto

/// OpenSSL's error queue of this thread.
enum OpenSSLError {
    /// Empties the queue into an error; to be called at the moment of failure, on its thread.
    static func current(_ operation: String) -> PKIError {
        var reasons: [String] = []
        while true {
            let code = ERR_get_error()
            guard code != 0 else { break }
            var text = [CChar](repeating: 0, count: 256)
            unsafe ERR_error_string_n(code, &text, text.count)
            let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            reasons.append(String(decoding: bytes, as: UTF8.self))
        }
        let details = reasons.isEmpty ? "no reason given" : reasons.joined(separator: "; ")
        return .openSSL("\(operation): \(details)")
    }

    /// Throws unless `result` says that `operation` succeeded.
    static func check(_ result: Int32, _ operation: String) throws(PKIError) {
        guard result == 1 else { throw current(operation) }
    }
}
