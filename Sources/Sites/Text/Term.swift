import Nginx

/// A word of a configuration as it is written.
///
/// What stands in this source can be taken as it is; everything else comes in by
/// ``init(quoting:)``, and can break out of no directive.
struct Term: Equatable, Sendable, ExpressibleByStringLiteral {
    let bytes: [UInt8]

    init(stringLiteral text: StaticString) {
        bytes = text.description.utf8.map { $0 }
    }

    /// Takes a word that a configuration has as it is written there.
    init(word: ArraySlice<UInt8>) {
        bytes = Array(word)
    }

    /// Writes a value so that nginx reads it back.
    init(quoting value: String) throws(SitesError) {
        do throws(PrintError) {
            bytes = try Quoting.word(Array(value.utf8))
        } catch {
            throw .unprintable(error)
        }
    }

    /// How many columns it takes.
    var width: Int { String(decoding: bytes, as: UTF8.self).count }
}
