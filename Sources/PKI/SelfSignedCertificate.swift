import CLibCrypto
package import FoundationEssentials

/// A certificate that its own key has signed: it lets a server start that has none yet.
package enum SelfSignedCertificate {
    /// What its subject says, for whoever meets it in a browser.
    private static let commonName = "certctl bootstrap"

    /// Makes a certificate for `dnsNames`; `serial` is a positive number, big-endian.
    package static func make(
        dnsNames: [String],
        key: PrivateKey,
        serial: [UInt8],
        notBefore: Date,
        notAfter: Date
    ) throws(PKIError) -> Certificate {
        let handle = unsafe try Handle<X509Certificate>(owning: unsafe X509_new(), "X509_new")
        let der = try unsafe handle.with { certificate throws(PKIError) in
            try OpenSSLError.check(unsafe X509_set_version(certificate, 2), "X509_set_version")
            try unsafe setSerial(serial, on: certificate)
            // getm: the dates belong to the certificate.
            unsafe ASN1_TIME_set(X509_getm_notBefore(certificate), time(notBefore))
            unsafe ASN1_TIME_set(X509_getm_notAfter(certificate), time(notAfter))
            try unsafe setNames(dnsNames, on: certificate)
            try unsafe key.with { key throws(PKIError) in
                try OpenSSLError.check(unsafe X509_set_pubkey(certificate, key), "X509_set_pubkey")
                guard unsafe X509_sign(certificate, key, EVP_sha256()) > 0 else {
                    throw OpenSSLError.current("X509_sign")
                }
            }
            return try unsafe DER.encode("i2d_X509") { unsafe i2d_X509(certificate, $0) }
        }
        return try Certificate(der: der)
    }

    private static func time(_ date: Date) -> time_t {
        time_t(date.timeIntervalSince1970)
    }

    private static func setSerial(
        _ serial: [UInt8],
        on certificate: OpaquePointer
    ) throws(PKIError) {
        let number = unsafe BN_bin2bn(serial, Int32(serial.count), nil)
        defer { unsafe BN_free(number) }
        guard unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil else {
            throw OpenSSLError.current("BN_to_ASN1_INTEGER")
        }
    }

    private static func setNames(
        _ dnsNames: [String],
        on certificate: OpaquePointer
    ) throws(PKIError) {
        // get: the name belongs to the certificate.
        let subject = unsafe X509_get_subject_name(certificate)
        let text = Array(commonName.utf8)
        try OpenSSLError.check(
            unsafe X509_NAME_add_entry_by_NID(
                subject,
                NID_commonName,
                MBSTRING_UTF8,
                text,
                Int32(text.count),
                -1,
                0
            ),
            "X509_NAME_add_entry_by_NID"
        )
        try OpenSSLError.check(
            unsafe X509_set_issuer_name(certificate, subject),
            "X509_set_issuer_name"
        )
        unsafe try AlternativeNames.withExtension(dnsNames) { names throws(PKIError) in
            try OpenSSLError.check(unsafe X509_add_ext(certificate, names, -1), "X509_add_ext")
        }
    }
}
