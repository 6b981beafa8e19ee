import Platform
import TestSupport
import Testing

/// What an operator types may be relative and lead through links; what is used may not.
@Suite struct RealPathTests {
    private let files = POSIXFileSystem()
    private let home: TemporaryDirectory

    init() throws {
        home = try TemporaryDirectory()
        try files.makeDirectory(home("real"), .privateDirectory)
        try files.makeSymbolicLink(home("way"), to: "real")
    }

    @Test func `links, dots and doubled slashes are gone`() {
        #expect(RealPath.of(home("way/..//./way/")) == home("real"))
    }

    @Test func `what is not there has no real path`() {
        #expect(RealPath.of(home("way/missing")) == nil)
    }

    @Test func `a file that is to be made has one where its directory has`() {
        #expect(RealPath.ofNewFile(home("way/new")) == home("real/new"))
        #expect(RealPath.ofNewFile(home("way")) == home("real"))
        #expect(RealPath.ofNewFile("/no-such-file") == "/no-such-file")
        #expect(RealPath.ofNewFile("new")?.hasSuffix("/new") == true)
    }

    @Test(arguments: ["", "missing/new", "missing/", "missing/.."])
    func `what can name no file has none`(path: String) {
        #expect(RealPath.ofNewFile(path.isEmpty ? "" : home(path)) == nil)
    }
}
