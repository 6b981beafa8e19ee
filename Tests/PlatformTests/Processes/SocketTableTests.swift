import Testing

@testable import Platform

/// The tables were copied from a running kernel; proc_net(5).
@Suite struct SocketTableTests {
    private static let header =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
        + "timeout inode\n"

    private static let ipv4 =
        header + """
               0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 \
            21733 1 0000000000000000 100 0 0 10 0
               1: 0100007F:0CEA 00000000:0000 0A 00000000:00000000 00:00000000 00000000   101        0 \
            17466 1 0000000000000000 100 0 0 10 0
               2: 0100007F:0050 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 \
            99999 1 0000000000000000 20 4 30 10 -1

            """

    private static let ipv6 =
        header + """
               0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A \
            00000000:00000000 00:00000000 00000000    33        0 21734 1 0000000000000000 100 0 0 10 0

            """

    @Test func `a socket that listens on the port is found with its user`() {
        let entries = SocketTable(Self.ipv4, listeningOn: 3306).entries
        #expect(entries == [SocketTable.Entry(inode: 17466, user: 101)])
    }

    @Test func `a connection of the port does not listen`() {
        #expect(SocketTable(Self.ipv4, listeningOn: 80).entries.map(\.inode) == [21733])
    }

    @Test func `IPv6 addresses are as good`() {
        let entries = SocketTable(Self.ipv6, listeningOn: 80).entries
        #expect(entries == [SocketTable.Entry(inode: 21734, user: 33)])
    }

    @Test func `nobody listens on another port`() {
        #expect(SocketTable(Self.ipv4, listeningOn: 81).entries.isEmpty)
    }

    @Test func `every cut of a table can be read`() {
        for length in 0...Self.ipv4.count {
            let table = SocketTable(String(Self.ipv4.prefix(length)), listeningOn: 80)
            #expect(table.entries.count <= 1)
        }
    }

    @Test(arguments: ["", "\n\n", "  0: x:y z 0A a b c d e f", "0: :0050 : 0A 0 0 0 -1 0 -1"])
    func `what is no table has no entries`(text: String) {
        #expect(SocketTable(text, listeningOn: 80).entries.isEmpty)
    }
}
