package import HTTP
import PKI

/// A CA, known by name or by the URL of its directory.
package struct CertificateAuthority: Hashable, Sendable {
    /// The CA that is asked where none is named.
    package static var standard: CertificateAuthority {
        guard let authority = CertificateAuthority(Known.all[0].name) else {
            preconditionFailure("every known CA has an https URL")
        }
        return authority
    }

    /// The names that ``init(_:)`` knows.
    package static var names: [String] { Known.all.map(\.name) }

    /// The URL of its directory.
    package let directory: WebURL
    /// The name of the folder of its account: its own, or its host and eight digits that tell
    /// directories of one host apart.
    package let folder: String
    /// What it is known to do otherwise than others.
    package let traits: Traits

    /// Takes a known name or an https URL; `nil` for anything else.
    package init?(_ text: String) {
        let known = Known.all.first { $0.name == text || $0.directory == text }
        guard let url = WebURL(known?.directory ?? text) else { return nil }
        directory = url
        traits = known?.traits ?? Traits()
        folder = known?.name ?? Self.folder(of: url)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(directory)
    }

    /// The CA for rehearsals, which one that is for rehearsals is itself; `nil` where there is none.
    package var staging: CertificateAuthority? {
        traits.isForTests ? self : traits.staging.flatMap(CertificateAuthority.init)
    }

    private static func folder(of url: WebURL) -> String {
        let digits = Hexadecimal.digest(Array(url.description.utf8)).prefix(8)
        // An IPv6 address brings colons and brackets, which mean something elsewhere.
        let host = url.origin.host.filter { $0.isLetter || $0.isNumber || "-._".contains($0) }
        return "\(host)-\(digits)"
    }
}
