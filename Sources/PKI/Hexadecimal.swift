/// Bytes as hexadecimal digits, in lower case.
package enum Hexadecimal {
    /// Two digits for each of `bytes`.
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    /// The SHA-256 of `bytes`.
    package static func digest(_ bytes: [UInt8]) -> String {
        text(SHA256.digest(bytes))
    }
}
