package import FoundationEssentials
import PKI

/// A file that certctl writes and a person does not.
///
/// Its first line seals it: the digest there is that of all its bytes but the digest's own, so
/// that a change anywhere shows.
package struct ManagedFile: Equatable, Sendable {
    /// What became of a file since certctl wrote it.
    package enum State: Equatable, Sendable {
        /// There is none, or an empty one, in which nobody could lose anything.
        case absent
        /// It is as certctl wrote it.
        case intact
        /// A person has changed it, or it was meant for another place.
        case changed
        /// It is no file of certctl's.
        case foreign
    }

    private static let mark = "# certctl:managed "
    private static let version = "v=1"
    private static let sincePrefix = "since="
    private static let sealPrefix = " sha256="
    private static let notice = """
        # Do not edit: certctl writes this file anew. Change certctl.conf, then run: certctl apply
        # What a site needs of nginx beyond that belongs in its raw { }.


        """

    /// From the configuration directory.
    package let path: String
    /// What follows the lines that say whose it is.
    package let body: [UInt8]
    /// Since when there has been such a file, to the second; `nil` where that does not matter.
    package let since: Date?

    package init(path: String, body: [UInt8], since: Date? = nil) {
        self.path = path
        self.body = body
        self.since = since
    }

    /// The whole file.
    package var bytes: [UInt8] {
        let time = since.map { " \(Self.sincePrefix)\($0.formatted(.iso8601))" } ?? ""
        let head = Array("\(Self.mark)file=\(path) \(Self.version)\(time)\(Self.sealPrefix)".utf8)
        let rest = Array("\n\(Self.notice)".utf8) + body
        return head + Array(Hexadecimal.digest(head + rest).utf8) + rest
    }

    /// Whether certctl could have written a file of that name in the configuration directory.
    package static func isManaged(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return path.hasPrefix("certctl-") && path.hasSuffix(".conf")
        case 2: return parts[0] == "certctl" && parts[1].hasSuffix(".inc")
        default: return false
        }
    }

    /// Tells what became of the file at `path`.
    ///
    /// - Parameters:
    ///   - bytes: What is there; `nil` where nothing is.
    ///   - path: From the configuration directory.
    /// - Returns: ``State/intact`` only for what certctl wrote, byte by byte, for that path.
    package static func state(of bytes: [UInt8]?, at path: String) -> State {
        guard let bytes, !bytes.isEmpty else { return .absent }
        guard bytes.starts(with: mark.utf8) else { return .foreign }
        let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let seal = bytes[..<end].suffix(2 * SHA256.byteCount)
        let head = bytes[..<seal.startIndex]
        let place = Array("\(mark)file=\(path) \(version) ".utf8)
        let isOfPath =
            head.starts(with: place)
            && head.suffix(sealPrefix.utf8.count).elementsEqual(sealPrefix.utf8)
        let digest = Hexadecimal.digest(Array(head) + bytes[end...])
        return isOfPath && seal.elementsEqual(digest.utf8) ? .intact : .changed
    }

    /// What certctl wrote below the lines that say whose it is; `nil` unless it is as certctl wrote it.
    static func body(of bytes: [UInt8], at path: String) -> [UInt8]? {
        guard state(of: bytes, at: path) == .intact,
            let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
        else { return nil }
        let rest = bytes[(end + 1)...]
        return rest.starts(with: notice.utf8) ? Array(rest.dropFirst(notice.utf8.count)) : nil
    }

    /// Since when there has been such a file, by its own first line.
    package static func since(in bytes: [UInt8]) -> Date? {
        guard bytes.starts(with: mark.utf8) else { return nil }
        let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        let word = line.split(separator: " ").first { $0.hasPrefix(sincePrefix) }
        // A time that a person spoilt is none.
        return word.flatMap {
            try? Date(String($0.dropFirst(sincePrefix.count)), strategy: .iso8601)
        }
    }
}
