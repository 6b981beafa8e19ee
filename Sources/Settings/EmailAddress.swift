/// An address that CAs may write to.
package struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// Takes `text` as one address; `nil` if it is none.
    ///
    /// Stricter than mail is: what could end a header or join two addresses is no part of one.
    package init?(_ text: String) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let isPlain =
            text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            && !text.contains { "\"'<>(),;:\\?[]".contains($0) }
        guard isPlain, parts.count == 2, parts.allSatisfy({ !$0.isEmpty }),
            text.utf8.count <= 254
        else { return nil }
        description = text
    }
}
