/// What a certificate signing request says, read without OpenSSL.
///
/// Source: RFC 2986 §4.
package struct TestCertificateRequest: Equatable, Sendable {
    /// The DER of the subject; an empty one is `30 00`.
    package let subject: [UInt8]
    /// The DER of `SubjectPublicKeyInfo`.
    package let publicKey: [UInt8]
    /// The identifiers of the extensions that are asked for, in DER.
    package let extensions: [[UInt8]]
    /// The names that are asked for; those of other kinds are left out.
    package let dnsNames: [String]

    /// Reads `der`; `nil` when it is no request.
    package init?(der: [UInt8]) {
        guard let request = DERElement(der), request.encoded.count == der.count,
            let info = request.children.first, info.children.count == 4
        else { return nil }
        subject = info.children[1].encoded
        publicKey = info.children[2].encoded
        let extensions = requestedExtensions(in: info.children[3])
        self.extensions = extensions.compactMap { $0.children.first?.encoded }
        dnsNames = extensions.flatMap(names(in:))
    }
}

/// The elements of the attribute `extensionRequest`.
private func requestedExtensions(in attributes: DERElement) -> [DERElement] {
    attributes.children
        .filter { $0.children.first?.encoded == ObjectIdentifiers.extensionRequest }
        .flatMap { $0.children.dropFirst() }
        .flatMap(\.children)
        .flatMap(\.children)
}

/// The names in `extension`, when it is a subject alternative name.
private func names(in extension: DERElement) -> [String] {
    let parts = `extension`.children
    guard parts.first?.encoded == ObjectIdentifiers.subjectAlternativeName,
        let value = parts.last, let names = DERElement(value.content)
    else { return [] }
    return names.children
        .filter { $0.tag == 0x82 }
        .map { String(decoding: $0.content, as: UTF8.self) }
}
