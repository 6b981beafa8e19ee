import Platform

/// A file of events, one line of JSON each, which is begun anew when it has become large.
///
/// It is not synced: a lost line of history is no loss of a certificate, and callers should take a
/// failure for no more than that.
struct EventLog: Sendable {
    /// In bytes; a file beyond it is put aside at the next write, and the one put aside before goes.
    static let sizeLimit = 1024 * 1024

    private let path: String
    private let fileSystem: any FileSystem

    /// The history at `path`, which may not be there yet.
    init(_ path: String, in fileSystem: any FileSystem) {
        self.path = path
        self.fileSystem = fileSystem
    }

    /// The file that was put aside.
    private var older: String { "\(path).1" }

    /// Adds a line.
    func write(_ event: Event) throws(FileSystemError) {
        try beginAnewIfLarge()
        let file = try fileSystem.open(path, .appending(.privateFile))
        defer { fileSystem.closeQuietly(file) }
        let line = StoreJSON.encode(event, isPretty: false) + [UInt8(ascii: "\n")]
        let isTorn = try lastByte(file).map { $0 != UInt8(ascii: "\n") } ?? false
        // In one call: with O_APPEND, lines of several processes do not mix.
        try fileSystem.writeAll(file, isTorn ? [UInt8(ascii: "\n")] + line : line)
    }

    /// The last byte, after which the next line begins; a full disk may have cut a line short.
    private func lastByte(_ file: OpenFile) throws(FileSystemError) -> UInt8? {
        let size = try size
        return size == 0 ? nil : try fileSystem.read(file, count: 1, at: size - 1).first
    }

    private var size: Int {
        get throws(FileSystemError) { try fileSystem.status(path)?.size ?? 0 }
    }

    private func beginAnewIfLarge() throws(FileSystemError) {
        guard try size > Self.sizeLimit else { return }
        let file = try fileSystem.open(path, .appending(.privateFile))
        defer { fileSystem.closeQuietly(file) }
        // Another process may be doing it, or has just done it: then the file there is a new one.
        guard try fileSystem.lock(file), try size > Self.sizeLimit else { return }
        try fileSystem.rename(path, to: older, exclusive: false)
    }

    /// The lines of both files from the last to the first; no more is read than is asked for.
    ///
    /// What is no file, a link among it, counts as none: whoever reads may be root, and the
    /// directory someone else's.
    func lines() throws(FileSystemError) -> BackwardLines {
        var files: [BackwardLines.Source] = []
        for path in [path, older] {
            guard let status = try fileSystem.status(path), status.kind == .file else { continue }
            files.append(BackwardLines.Source(path: path, size: status.size))
        }
        return BackwardLines(files, in: fileSystem)
    }
}

extension CertificateStore {
    /// What happened to lineages when they were issued and renewed.
    var events: EventLog { EventLog(layout.events, in: fileSystem) }
    /// What happened when they were brought into use; of whoever does that.
    var deployEvents: EventLog { EventLog(layout.deployEvents, in: fileSystem) }
    /// What `watch` has raised the alarm about.
    var watchEvents: EventLog { EventLog(layout.watchEvents, in: fileSystem) }

    /// Adds a line to the history of issuing, or to that of whoever deploys.
    ///
    /// Each has a file of its own, since they may be different users.
    package func write(_ event: Event, isOfDeployment: Bool = false) throws {
        try (isOfDeployment ? deployEvents : events).write(event)
    }
}
