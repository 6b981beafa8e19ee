/// Bytes as hexadecimal digits, in lower case.
package enum Hexadecimal {
    /// Two digits for each of `bytes`.
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        bytes.reduce(into: "") { text, byte in
            text += byte < 16 ? "0" : ""
            text += String(byte, radix: 16)
        }
    }

    /// The SHA-256 of `bytes`.
    package static func digest(_ bytes: [UInt8]) -> String {
        text(SHA256.digest(bytes))
    }
}
