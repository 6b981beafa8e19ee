package import HTTP
import PKI

/// A CA, known by name or by the URL of its directory.
package struct CertificateAuthority: Equatable, Sendable {
    /// What is known about the CAs that can be chosen by name.
    private static let known = [
        ("letsencrypt", "https://acme-v02.api.letsencrypt.org/directory"),
        ("letsencrypt-staging", "https://acme-staging-v02.api.letsencrypt.org/directory"),
    ]

    /// The CA that is asked where none is named.
    package static var standard: CertificateAuthority {
        guard let authority = CertificateAuthority(known[0].0) else {
            preconditionFailure("every known CA has an https URL")
        }
        return authority
    }

    /// The names that ``init(_:)`` knows.
    package static var names: [String] { known.map(\.0) }

    /// The URL of its directory.
    package let directory: WebURL
    /// The name of the folder of its account: its own, or its host and eight digits that tell
    /// directories of one host apart.
    package let folder: String

    /// Takes a known name or an https URL; `nil` for anything else.
    package init?(_ text: String) {
        let entry = Self.known.first { $0.0 == text || $0.1 == text }
        guard let url = WebURL(entry?.1 ?? text) else { return nil }
        directory = url
        if let entry {
            folder = entry.0
        } else {
            let digits = SHA256.digest(Array(text.utf8)).prefix(4).map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
            // An IPv6 address brings colons and brackets, which mean something elsewhere.
            let host = url.origin.host.filter { $0.isLetter || $0.isNumber || "-._".contains($0) }
            folder = "\(host)-\(digits.joined())"
        }
    }
}
