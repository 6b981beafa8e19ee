import Testing

@testable import Platform

/// proc_net(5): the kernel's list of sockets.
@Suite struct SocketTableTests {
    private static let header =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid"
    private static let listening =
        "   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000"

    private func table(_ lines: String...) -> [SocketTable.Entry] {
        let text = ([Self.header] + lines).joined(separator: "\n")
        return SocketTable(text, listeningOn: 80).entries
    }

    @Test func `a socket that listens on the port is found`() {
        let entries = table(
            "\(Self.listening)    33        0 12345 1 0000000000000000 100 0 0 10 0"
        )
        #expect(entries == [SocketTable.Entry(inode: 12345, user: 33)])
    }

    @Test func `an IPv6 socket is found`() {
        let zeros = String(repeating: "0", count: 32)
        let entries = table("   1: \(zeros):0050 \(zeros):0000 0A 0:0 00:0 0     0        0 77 1 x")
        #expect(entries == [SocketTable.Entry(inode: 77, user: 0)])
    }

    @Test func `other ports and sockets that do not listen are left out`() {
        let entries = table(
            "   0: 00000000:0051 00000000:0000 0A 0:0 00:0 0    33        0 1 1 x",
            "   1: 0100007F:0050 0100007F:A1B2 01 0:0 00:0 0    33        0 2 1 x",
            "   2: 00000000:A1B2 00000000:0050 0A 0:0 00:0 0    33        0 3 1 x"
        )
        #expect(entries.isEmpty)
    }

    @Test func `a line that cannot be understood is left out`() {
        let good = "\(Self.listening)    33        0 12345 1 x"
        let entries = table("", "garbage", Self.listening, "a b c 0A e f g h i j", good)
        #expect(entries.map(\.inode) == [12345])
    }
}
