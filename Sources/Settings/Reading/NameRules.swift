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

    /// Takes a host's name as it stands in the file.
    func host(_ text: String) throws(DomainNameError) -> DomainName {
        try DomainName(ascii(text))
    }

    /// Takes what a certificate can be for: a host's name, or an IP address.
    func identifier(_ text: String) throws(DomainNameError) -> Identifier {
        try Identifier(ascii(text))
    }

    /// Names that cannot be made ASCII are refused by the gate that they come to next.
    private func ascii(_ text: String) -> String {
        text.unicodeScalars.allSatisfy(\.isASCII) ? text : toASCII(text) ?? text
    }
}
