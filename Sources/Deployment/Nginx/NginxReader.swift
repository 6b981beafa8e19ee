/// As whom nginx's master process opens certificates and keys: the workers never do.
///
/// Numbers are those of this host, also where the container counts its users otherwise.
package struct NginxReader: Equatable, Sendable {
    /// What overrides the modes of files: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH.
    private static let overriding: UInt64 = 0b110

    package let process: Int32
    package let user: UInt32
    /// Its own group.
    package let group: UInt32
    /// The groups that it is a member of besides.
    package let others: [UInt32]
    /// Whether modes of files mean nothing to it, as usual for root.
    package let overridesModes: Bool

    /// Reads what the kernel tells of a process, in `/proc/PID/status`; `nil` where that is no nginx: a
    /// process of another machine may have the number.
    ///
    /// Source: proc_pid_status(5).
    package init?(_ process: Int32, status: String) {
        var fields: [Substring: [Substring]] = [:]
        for line in status.split(separator: "\n") {
            let words = line.split { $0.isWhitespace }
            if let name = words.first { fields[name] = Array(words.dropFirst()) }
        }
        // Of the four numbers the last is the one that counts for files.
        guard fields["Name:"] == ["nginx"],
            let user = fields["Uid:"]?.last.flatMap({ UInt32($0) }),
            let group = fields["Gid:"]?.last.flatMap({ UInt32($0) })
        else { return nil }
        self.process = process
        self.user = user
        self.group = group
        others = (fields["Groups:"] ?? []).compactMap { UInt32($0) }
        let capabilities = fields["CapEff:"]?.last.flatMap { UInt64($0, radix: 16) } ?? 0
        overridesModes = user == 0 && capabilities & Self.overriding != 0
    }
}
