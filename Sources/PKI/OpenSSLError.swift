import CLibCrypto

/// A function of OpenSSL that failed, and why it says it did.
package struct OpenSSLError: Error, Equatable, Sendable {
    /// The function's name.
    package let operation: String
    /// OpenSSL's own words, the first cause first; may be empty.
    package let reasons: [String]

    /// What went wrong just now in `operation`.
    ///
    /// Drains the thread's error queue: what stays in it would be blamed on the next failure.
    static func current(_ operation: String) -> OpenSSLError {
        var reasons: [String] = []
        while true {
            let code = ERR_get_error()
            guard code != 0 else { return OpenSSLError(operation: operation, reasons: reasons) }
            reasons.append(text(of: code))
        }
    }

    /// Forgets the errors of a failure that was expected.
    static func forget() {
        ERR_clear_error()
    }

    private static func text(of code: UInt) -> String {
        guard let reason = unsafe ERR_reason_error_string(code) else { return "error \(code)" }
        return unsafe String(cString: reason)
    }
}

/// Throws unless `result`, returned by an OpenSSL function, is positive, which means success.
func check(_ result: Int32, _ operation: String) throws(PKIError) {
    guard result > 0 else { throw .openSSL(.current(operation)) }
}
