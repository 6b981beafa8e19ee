import Glibc

/// A stream whose lines go to the journal, which takes the priority of each from its beginning.
///
/// Source: systemd.exec(5), `$JOURNAL_STREAM`; sd-daemon(3).
package struct JournalStream: Equatable, Sendable {
    private let device: UInt64
    private let inode: UInt64

    /// Reads `DEVICE:INODE`, in decimal digits; `nil` for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let device = UInt64(parts[0]), let inode = UInt64(parts[1]) else {
            return nil
        }
        self.device = device
        self.inode = inode
    }

    /// `DEVICE:INODE`, for a process that writes to the same stream.
    var text: String { "\(device):\(inode)" }

    /// Whether `descriptor` is that stream: it may have been turned elsewhere since.
    package func isConnected(to descriptor: Int32) -> Bool {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0
            && status.st_dev == device && status.st_ino == inode
    }
}
