import Testing

@testable import CertificateStore

/// RFC 3720 appendix B.4: the published checksums.
@Suite struct CRC32CTests {
    @Test(arguments: [
        ([UInt8](repeating: 0, count: 32), UInt32(0x8A91_36AA)),
        ([UInt8](repeating: 0xFF, count: 32), UInt32(0x62A8_AB43)),
        (Array(0..<32), UInt32(0x46DD_794E)),
        (Array((0..<32).reversed()), UInt32(0x113F_DB5C)),
        (Array("123456789".utf8), UInt32(0xE306_9283)),
    ])
    func `published vectors give their published checksums`(_ bytes: [UInt8], _ sum: UInt32) {
        #expect(CRC32C.checksum(bytes) == sum)
    }
}
