import Testing

@testable import Platform

@Suite struct LocalAddressTests {
    @Test(arguments: ["/run/a.sock", "@abstract", "/\(String(repeating: "a", count: 106))"])
    func `paths and abstract names are addresses`(text: String) {
        #expect(LocalAddress(text)?.text == text)
    }

    @Test(arguments: [
        "", "/", "@", "a.sock", "./a", "/a\0b", "/\(String(repeating: "a", count: 107))",
    ])
    func `nothing else is one`(text: String) {
        #expect(LocalAddress(text) == nil)
    }
}
