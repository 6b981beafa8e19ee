import Testing

@testable import Deployment

/// proc_pid_status(5): as whom nginx's master opens keys.
@Suite struct NginxReaderTests {
    private static func status(
        _ user: String,
        _ group: String,
        groups: String = "",
        capabilities: String = "0000000000000000",
        name: String = "nginx"
    ) -> String {
        """
        Name:\t\(name)
        State:\tS (sleeping)
        Pid:\t4711
        Uid:\t\(user)\t\(user)\t\(user)\t\(user)
        Gid:\t\(group)\t\(group)\t\(group)\t\(group)
        Groups:\t\(groups)
        CapEff:\t\(capabilities)

        """
    }

    @Test func `user, group and the other groups are read`() throws {
        let text = Self.status("101", "102", groups: "102 998 ")
        let reader = try #require(NginxReader(4711, status: text))
        #expect((reader.process, reader.user, reader.group) == (4711, 101, 102))
        #expect(reader.others == [102, 998])
        #expect(!reader.overridesModes)
    }

    @Test(
        arguments: [
            ("0", "00000000a80425fb", true), ("0", "0000000000000004", true),
            ("0", "0000000000000000", false), ("0", "0000000000000401", false),
            ("100000", "000001ffffffffff", false),
        ]
    )
    func `modes mean nothing to a root that has its capabilities`(
        _ user: String,
        _ capabilities: String,
        _ overrides: Bool
    ) throws {
        let text = Self.status(user, "0", capabilities: capabilities)
        #expect(try #require(NginxReader(1, status: text)).overridesModes == overrides)
    }

    @Test func `another process, and half of a text, are nobody`() {
        #expect(NginxReader(1, status: Self.status("0", "0", name: "sh")) == nil)
        #expect(NginxReader(1, status: "Name:\tnginx\nUid:\t1\n") == nil)
        #expect(NginxReader(1, status: "") == nil)
    }
}
