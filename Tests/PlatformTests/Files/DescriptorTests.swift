import Glibc
import Testing

@testable import Platform

@Suite struct DescriptorTests {
    @Test func `the end of its life closes the descriptor`() throws {
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        let reader = Descriptor(owning: ends[0])
        do { _ = Descriptor(owning: ends[1]) }
        var byte: UInt8 = 0
        #expect(unsafe read(reader.raw, &byte, 1) == 0)
    }

    @Test func `a released descriptor stays open`() throws {
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        let reader = Descriptor(owning: ends[0])
        let writer = Descriptor(owning: Descriptor(owning: ends[1]).release())
        var byte = UInt8(ascii: "x")
        #expect(unsafe write(writer.raw, &byte, 1) == 1)
        #expect(unsafe read(reader.raw, &byte, 1) == 1)
    }
}
