import CLibCrypto

/// What a CA is sent to certify a key for some names.
///
/// The subject is empty and all names are subject alternative names, as the CA/Browser Forum wants
/// them: a common name has no meaning any more. No usages are asked for; the CA's profile decides.
///
/// Source: RFC 2986; RFC 8555 §7.4.
package struct CertificateSigningRequest: Sendable {
    /// The request as `finalize` wants it.
    package let der: [UInt8]

    /// Makes a request for `dnsNames`, proven by a signature with `key`.
    ///
    /// - Throws: ``PKIError/noNames`` or ``PKIError/unusableName(_:)`` for what cannot be asked for.
    package init(dnsNames: [String], key: PrivateKey) throws(PKIError) {
        let request = try unsafe Handle<X509Request>(owning: X509_REQ_new(), "X509_REQ_new")
        try request.fill(dnsNames: dnsNames, key: key)
        try request.sign(with: key)
        der = try unsafe encoded("i2d_X509_REQ") { buffer in
            unsafe request.with { unsafe i2d_X509_REQ($0, buffer) }
        }
    }
}

extension Handle where Object == X509Request {
    fileprivate borrowing func fill(dnsNames: [String], key: PrivateKey) throws(PKIError) {
        let names = try Handle<X509Extension>(subjectAlternativeName: dnsNames)
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
