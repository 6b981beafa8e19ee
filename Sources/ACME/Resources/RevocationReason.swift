/// Why a certificate is revoked, as far as its owner may say so.
///
/// The raw value is the code on the wire. The other codes of RFC 5280 are the CA's to use.
///
/// Source: RFC 5280 §5.3.1; CA/Browser Forum Baseline Requirements §4.9.1.1.
package enum RevocationReason: Int, CaseIterable, Sendable {
    case unspecified = 0
    case keyCompromise = 1
    case affiliationChanged = 3
    case superseded = 4
    case cessationOfOperation = 5

    /// The name that RFC 5280 gives it, which operators type.
    package var name: String { "\(self)" }

    /// Finds a reason by its ``name``, in whatever case.
    package init?(name: String) {
        guard let reason = Self.allCases.first(where: { $0.name.lowercased() == name.lowercased() })
        else { return nil }
        self = reason
    }
}
