/// A version of the Engine API, as `1.44`; compared by number, so that 1.9 is before 1.10.
package struct APIVersion: Comparable, Hashable, Sendable, CustomStringConvertible {
    /// The newest that certctl is made for.
    static let newestKnown = APIVersion(1, 44)
    /// The oldest that has all that certctl asks for.
    static let oldestUsable = APIVersion(1, 24)

    package let major: Int
    package let minor: Int

    package init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads two numbers with a dot between them; `nil` for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ (1...6).contains($0.utf8.count) }),
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let major = Int(parts[0]), let minor = Int(parts[1])
        else { return nil }
        self.init(major, minor)
    }

    package var description: String { "\(major).\(minor)" }

    package static func < (one: APIVersion, other: APIVersion) -> Bool {
        (one.major, one.minor) < (other.major, other.minor)
    }

    /// The version to speak with an engine that knows those from `least` to `newest`; one that names
    /// no least version is content with old ones.
    static func agreed(
        least: APIVersion?,
        newest: APIVersion
    ) throws(EngineError) -> APIVersion {
        guard newest >= oldestUsable else {
            throw .tooOld(version: newest, needed: oldestUsable)
        }
        let version = min(newestKnown, newest)
        if let least, version < least { throw .tooNew(least: least, known: newestKnown) }
        return version
    }
}
