/// A host name that a certificate can be asked for over HTTP-01, in lower case.
///
/// This is the one gate that names pass: what comes out of it can stand in a path, a request or a
/// configuration without quoting.
///
/// Source: RFC 1123 §2.1; RFC 5890 §2.3.1; RFC 8555 §7.1.3.
package struct DomainName: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// Checks `text`; upper case and one trailing dot are put right in silence.
    ///
    /// - Throws: ``DomainNameError`` that names the rule which `text` breaks.
    package init(_ text: String) throws(DomainNameError) {
        guard !text.isEmpty else { throw .empty }
        guard text.unicodeScalars.allSatisfy(\.isASCII) else { throw .notASCII(text) }
        guard !text.hasPrefix("*") else { throw .wildcard(text) }
        let name = (text.last == "." ? String(text.dropLast()) : text).lowercased()
        guard name.utf8.count <= 253 else { throw .tooLong(text) }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        for label in labels {
            try Self.check(label, of: text)
        }
        guard let last = labels.last, !last.allSatisfy(\.isNumber) else { throw .address(text) }
        description = name
    }

    private static func check(_ label: Substring, of text: String) throws(DomainNameError) {
        guard !label.isEmpty else { throw .emptyLabel(text) }
        guard label.utf8.count <= 63 else { throw .labelTooLong(text, label: String(label)) }
        let stray = label.first { !($0.isLetter || $0.isNumber || $0 == "-") }
        if let stray { throw .strayCharacter(text, stray) }
        guard label.first != "-", label.last != "-" else { throw .hyphenAtEdge(text) }
    }
}

/// The rule of ``DomainName`` that a text breaks; every case carries the text.
package enum DomainNameError: Error, Equatable {
    case empty
    case notASCII(String)
    case wildcard(String)
    case tooLong(String)
    case emptyLabel(String)
    case labelTooLong(String, label: String)
    case strayCharacter(String, Character)
    case hyphenAtEdge(String)
    case address(String)
}
