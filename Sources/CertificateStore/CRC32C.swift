/// The Castagnoli checksum, which finds a torn or flipped journal record.
///
/// Source: RFC 3720 appendix B.4.
enum CRC32C {
    /// Eight tables one behind the other, so that eight bytes are taken at a time: what a byte makes of the
    /// checksum, and what it makes of it with one to seven others behind it.
    private static let tables: [UInt32] = {
        var tables: [UInt32] = (0..<256).map(remainder)
        for index in 256..<2048 {
            let before = tables[index - 256]
            tables.append(tables[Int(before & 0xFF)] ^ (before >> 8))
        }
        return tables
    }()

    private static func remainder(_ byte: UInt32) -> UInt32 {
        (0..<8).reduce(byte) { remainder, _ in
            remainder & 1 == 1 ? 0x82F6_3B78 ^ (remainder >> 1) : remainder >> 1
        }
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 { checksum(bytes[...]) }

    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        // Fetched once, and not for every byte.
        let tables = tables
        var sum = ~UInt32(0)
        var index = bytes.startIndex
        while bytes.endIndex - index >= 8 {
            var next: UInt32 = 0
            for offset in 0..<8 {
                let byte = bytes[index + offset] ^ UInt8(truncatingIfNeeded: sum)
                next ^= tables[(7 - offset) * 256 + Int(byte)]
                sum >>= 8
            }
            sum = next
            index += 8
        }
        for byte in bytes[index...] {
            sum = tables[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ (sum >> 8)
        }
        return ~sum
    }
}
