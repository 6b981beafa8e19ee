import CLibCrypto

/// What a CA is sent to certify a key for some names.
///
/// Those made here have an empty subject, and all names are subject alternative names, as the
/// CA/Browser Forum wants them: a common name has no meaning any more. No usages are asked for; the
/// CA's profile decides.
///
/// Source: RFC 2986; RFC 8555 §7.4; RFC 8738 §3.
package struct CertificateSigningRequest: Equatable, Sendable {
    /// The request as `finalize` wants it.
    package let der: [UInt8]
    /// The key that is to be certified.
    package let publicKey: PublicKey
    /// The host names that are asked for, in lower case.
    package let dnsNames: [String]
    /// The addresses that are asked for.
    package let ipAddresses: [IPAddress]

    /// Makes a request for `dnsNames` and `ipAddresses`, proven by a signature with `key`.
    ///
    /// - Throws: ``PKIError/noNames`` or ``PKIError/unusableName(_:)`` for what cannot be asked for.
    package init(
        dnsNames: [String],
        ipAddresses: [IPAddress] = [],
        key: PrivateKey
    ) throws(PKIError) {
        let names = try Handle<X509Extension>(
            subjectAlternativeName: dnsNames,
            ipAddresses: ipAddresses
        )
        let request = try unsafe Handle<X509Request>(owning: X509_REQ_new(), "X509_REQ_new")
        try request.fill(names, key: key)
        try request.sign(with: key)
        der = try unsafe encoded("i2d_X509_REQ") { buffer in
            unsafe request.with { unsafe i2d_X509_REQ($0, buffer) }
        }
        publicKey = key.publicKey
        self.dnsNames = dnsNames.map { $0.lowercased() }
        self.ipAddresses = ipAddresses
    }

    /// Reads a request that another program has made, in PEM or DER.
    ///
    /// - Throws: ``PKIError/unreadableRequest``, ``PKIError/forgedRequest``,
    ///   ``PKIError/foreignNames``, ``PKIError/malformedDNSName(_:)`` or ``PKIError/noNames``.
    package init(reading bytes: [UInt8]) throws(PKIError) {
        let der = try Self.der(in: bytes)
        let (pointer, leftOver) = unsafe decoded(der) { unsafe d2i_X509_REQ(nil, $0, $1) }
        guard let pointer = unsafe pointer, leftOver == 0 else {
            OpenSSLError.forget()
            throw .unreadableRequest
        }
        let request = try unsafe Handle<X509Request>(owning: pointer, "d2i_X509_REQ")
        self = try unsafe request.with { (request) throws(PKIError) in
            try unsafe CertificateSigningRequest(der: der, request)
        }
    }

    private init(der: [UInt8], _ request: OpaquePointer) throws(PKIError) {
        // "get0": the key belongs to the request.
        guard let key = unsafe X509_REQ_get0_pubkey(request),
            unsafe X509_REQ_verify(request, key) == 1
        else {
            OpenSSLError.forget()
            throw .forgedRequest
        }
        let names = try unsafe SubjectAlternativeName(ofRequest: request)
        guard !names.hasOtherNames else { throw .foreignNames }
        var dnsNames = names.dnsNames
        // RFC 8555 §7.4: a name in the subject counts too.
        let common = unsafe commonName(of: X509_REQ_get_subject_name(request))?.lowercased()
        if let common, IPAddress(common) == nil, !dnsNames.contains(common) {
            dnsNames.append(common)
        }
        guard !dnsNames.isEmpty || !names.ipAddresses.isEmpty else { throw .noNames }
        self.der = der
        self.dnsNames = dnsNames
        ipAddresses = names.ipAddresses
        publicKey = try unsafe PublicKey(ofRequestKey: key)
    }

    private static func der(in bytes: [UInt8]) throws(PKIError) -> [UInt8] {
        guard bytes.starts(with: "-----".utf8) || bytes.contains(UInt8(ascii: "-")) else {
            return bytes
        }
        // DER may have hyphens in it too: only a whole block makes it PEM.
        guard let blocks = try? PEM.blocks(in: bytes), !blocks.isEmpty else { return bytes }
        let labels = ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"]
        guard let block = blocks.first(where: { labels.contains($0.label) }) else {
            throw .unreadableRequest
        }
        return block.content
    }
}

extension Handle where Object == X509Request {
    fileprivate borrowing func fill(
        _ names: borrowing Handle<X509Extension>,
        key: PrivateKey
    ) throws(PKIError) {
        let list = try unsafe Handle<X509ExtensionList>(
            owning: OPENSSL_sk_new_null(),
            "OPENSSL_sk_new_null"
        )
        try unsafe with { (request) throws(PKIError) in
            // Version 1, which is written as 0.
            try unsafe check(X509_REQ_set_version(request, 0), "X509_REQ_set_version")
            let keyResult = unsafe key.handle.with { unsafe X509_REQ_set_pubkey(request, $0) }
            try check(keyResult, "X509_REQ_set_pubkey")
            let listResult = unsafe list.with { list in
                unsafe names.with { unsafe OPENSSL_sk_push(list, UnsafeRawPointer($0)) }
            }
            try check(listResult, "OPENSSL_sk_push")
            // Copies what is in the list.
            let namesResult = unsafe list.with { unsafe X509_REQ_add_extensions(request, $0) }
            try check(namesResult, "X509_REQ_add_extensions")
        }
    }

    fileprivate borrowing func sign(with key: PrivateKey) throws(PKIError) {
        let result = unsafe with { request in
            unsafe key.handle.with { unsafe X509_REQ_sign(request, $0, key.digest) }
        }
        try check(result, "X509_REQ_sign")
    }
}
