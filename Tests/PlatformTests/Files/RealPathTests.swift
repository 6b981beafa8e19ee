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
}
