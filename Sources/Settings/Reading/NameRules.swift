import ACME

/// How names are judged that mean something beyond certctl.conf.
package struct NameRules: Sendable {
    /// The ASCII form of an international host name; `nil` where there is none.
    package let toASCII: @Sendable (String) -> String?
    /// Whether a certificate can have that name in certctl.
    package let isLineageName: @Sendable (String) -> Bool

    package init(
        toASCII: @escaping @Sendable (String) -> String?,
        isLineageName: @escaping @Sendable (String) -> Bool
    ) {
        self.toASCII = toASCII
        self.isLineageName = isLineageName
    }

    /// Takes a host's name as it stands in the file: the one gate of all of them.
    func host(_ text: String) throws(DomainNameError) -> DomainName {
        guard !text.unicodeScalars.allSatisfy(\.isASCII), let ascii = toASCII(text) else {
            return try DomainName(text)
        }
        return try DomainName(ascii)
    }
}
