/// The object identifiers that tests write and look for, in DER.
package enum ObjectIdentifiers {
    package static let commonName = DER.identifier("2.5.4.3")
    package static let subjectKeyIdentifier = DER.identifier("2.5.29.14")
    package static let subjectAlternativeName = DER.identifier("2.5.29.17")
    package static let basicConstraints = DER.identifier("2.5.29.19")
    package static let authorityKeyIdentifier = DER.identifier("2.5.29.35")
    package static let extensionRequest = DER.identifier("1.2.840.113549.1.9.14")
    package static let p256 = DER.identifier("1.2.840.10045.3.1.7")
    package static let ecdsaWithSHA256 = DER.identifier("1.2.840.10045.4.3.2")
    package static let ecdsaWithSHA384 = DER.identifier("1.2.840.10045.4.3.3")
    package static let sha256WithRSA = DER.identifier("1.2.840.113549.1.1.11")
}
