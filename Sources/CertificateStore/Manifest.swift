package import FoundationEssentials
import PKI

/// What a generation is and what its files have to be; written last, so that where it is, the
/// rest is.
package struct Manifest: Codable, Equatable, Sendable {
    /// What a generation is good for.
    package enum Kind: String, Codable, Sendable {
        case certificate
        /// Self-signed, to let nginx start; never counted as a certificate.
        case bootstrap
    }

    /// Raised with every change of the form, so that a later version can tell what it reads.
    package static let currentSchema = 1

    package let schema: Int
    package let kind: Kind
    package let names: [String]
    package let keyType: String
    /// Hexadecimal.
    package let serial: String
    package let issuer: String
    package let notBefore: Date
    package let notAfter: Date
    /// SHA-256 of the public key (SubjectPublicKeyInfo), hexadecimal.
    package let publicKey: String
    /// SHA-256 of each file by name, hexadecimal.
    package let files: [String: String]

    /// What ``keyType`` is of a key that somebody else keeps.
    package static let foreignKeyType = "external"

    /// Whether the generation has the key of its certificate.
    package var hasKey: Bool { files[GenerationFiles.privateKeyName] != nil }

    /// Whether it tells of the files that a generation has, all of them and no others; the key may
    /// be somebody else's.
    var hasOwnFilesOnly: Bool {
        Set(files.keys).union([GenerationFiles.privateKeyName]) == GenerationFiles.names
    }

    /// Whether nothing in it but the issuer means anything to a shell or a terminal: root tells it
    /// to hooks and people, and need not have written it.
    var isPlain: Bool { ([keyType, serial] + names).allSatisfy(Self.isPlain) }

    private static func isPlain(_ text: String) -> Bool {
        let isWord = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            case UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "-"): true
            default: false
            }
        }
        return isWord && !text.isEmpty && !text.hasPrefix("-")
    }

    init(kind: Kind, leaf: Certificate, keyType: KeyType?, files: [String: String]) {
        schema = Self.currentSchema
        self.kind = kind
        names = leaf.names
        self.keyType = keyType?.rawValue ?? Self.foreignKeyType
        serial = Hexadecimal.text(leaf.serial)
        issuer = leaf.issuer
        notBefore = leaf.notBefore
        notAfter = leaf.notAfter
        publicKey = Hexadecimal.text(leaf.publicKey.fingerprint)
        self.files = files
    }
}
