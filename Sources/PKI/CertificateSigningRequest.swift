import CLibCrypto

/// A request for a certificate.
///
/// The names stand in the subjectAltName alone: no common name, no extended key usage, which CAs
/// ignore or refuse.
///
/// Source: RFC 2986; RFC 8555 §7.4.
package struct CertificateSigningRequest: Sendable {
    package let der: [UInt8]

    /// Makes a request for `dnsNames`, signed by `key`.
    package init(dnsNames: [String], key: PrivateKey) throws(PKIError) {
        let request = unsafe try Handle<X509Request>(owning: unsafe X509_REQ_new(), "X509_REQ_new")
        der = try unsafe request.with { request throws(PKIError) in
            try OpenSSLError.check(unsafe X509_REQ_set_version(request, 0), "X509_REQ_set_version")
            try unsafe Self.addNames(dnsNames, to: request)
            try unsafe key.with { key throws(PKIError) in
                try OpenSSLError.check(unsafe X509_REQ_set_pubkey(request, key), "set_pubkey")
                guard unsafe X509_REQ_sign(request, key, EVP_sha256()) > 0 else {
                    throw OpenSSLError.current("X509_REQ_sign")
                }
            }
            return try unsafe DER.encode("i2d_X509_REQ") { unsafe i2d_X509_REQ(request, $0) }
        }
    }

    private static func addNames(
        _ dnsNames: [String],
        to request: OpaquePointer
    ) throws(PKIError) {
        guard let extensions = unsafe OPENSSL_sk_new_null() else {
            throw OpenSSLError.current("OPENSSL_sk_new_null")
        }
        // Only the stack: the extension in it is lent.
        defer { unsafe OPENSSL_sk_free(extensions) }
        unsafe try AlternativeNames.withExtension(dnsNames) { names throws(PKIError) in
            unsafe OPENSSL_sk_push(extensions, UnsafeMutableRawPointer(names))
            try OpenSSLError.check(
                unsafe X509_REQ_add_extensions(request, extensions),
                "X509_REQ_add_extensions"
            )
        }
    }
}
