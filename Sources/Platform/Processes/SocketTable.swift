/// The sockets that listen on a port, as the kernel lists them in `/proc/net/tcp` and `tcp6`.
///
/// Source: proc_net(5).
struct SocketTable {
    /// One socket that listens.
    struct Entry: Equatable {
        /// What the descriptors of the socket point to: `socket:[<inode>]`.
        var inode: UInt64
        /// The user that made it.
        var user: UInt32
    }

    /// The sockets, in the table's order.
    var entries: [Entry]

    /// Reads the text of a table; what cannot be understood is left out.
    init(_ text: String, listeningOn port: UInt16) {
        entries = text.split(separator: "\n").compactMap { line in
            // sl, local_address, rem_address, st, tx:rx, tr:when, retrnsmt, uid, timeout, inode
            let fields = line.split(separator: " ")
            guard fields.count >= 10, fields[3] == "0A",
                let colon = fields[1].lastIndex(of: ":"),
                UInt16(fields[1][colon...].dropFirst(), radix: 16) == port,
                let user = UInt32(fields[7]), let inode = UInt64(fields[9])
            else { return nil }
            return Entry(inode: inode, user: user)
        }
    }
}
