import ACME

/// What a path in certctl.conf is for.
package enum PathUse: Equatable, Sendable {
    case file
    case folder
    case program
}

/// How names are judged that mean something beyond certctl.conf.
package struct NameRules: Sendable {
    /// The ASCII form of an international host name; `nil` where there is none.
    package let toASCII: @Sendable (String) -> String?
    /// Whether a certificate can have that name in certctl.
    package let isLineageName: @Sendable (String) -> Bool

    /// What keeps the file or folder at an absolute path from being used so; `nil` where nothing
    /// does, or where that is not to be found out.
    package let obstacle: @Sendable (_ path: String, PathUse) -> String?

    package init(
        toASCII: @escaping @Sendable (String) -> String?,
        isLineageName: @escaping @Sendable (String) -> Bool,
        obstacle: @escaping @Sendable (_ path: String, PathUse) -> String? = { _, _ in nil }
    ) {
        self.toASCII = toASCII
        self.isLineageName = isLineageName
        self.obstacle = obstacle
    }

    /// Takes a path as it is, if it can be used so.
    func path(_ path: String, of name: String, _ use: PathUse) throws(SettingsFault) -> String {
        if let reason = obstacle(path, use) { throw .unusablePath(of: name, path, reason) }
        return path
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
