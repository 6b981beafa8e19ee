import FoundationEssentials
import Glibc

/// What the kernel shows in `/proc`; whatever may not be looked at, or has gone, is empty.
struct ProcDirectory: Sendable {
    /// No file that is read here gets near this size, unless somebody wants it to.
    private static let longestFile = 16 << 20

    /// `/proc` except in tests.
    let path: String

    /// The processes that are seen, by their number.
    var processes: [Int32] { names(in: "").compactMap { Int32($0) }.sorted() }

    /// The names in a directory.
    func names(in directory: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(directory)")) ?? []
    }

    /// Where a link leads; `nil` where it has gone, or may not be looked at.
    func target(ofLink name: String) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "\(path)/\(name)")
    }

    /// A file's text.
    ///
    /// Read here because files of `/proc` have a size of 0, whatever is in them.
    func text(of name: String) -> String {
        let raw = unsafe open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { return "" }
        let descriptor = Descriptor(owning: raw)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < Self.longestFile {
            let count = unsafe read(descriptor.raw, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
