import CLibCrypto
package import FoundationEssentials

/// A certificate that its own key signed, for a server that must start before a CA has answered.
///
/// No client trusts it. It is known by its subject, ``commonName``.
package enum SelfSignedCertificate {
    /// The subject and issuer of all certificates made here.
    package static let commonName = "certctl bootstrap"

    /// Makes a certificate for `dnsNames` and `ipAddresses`.
    ///
    /// The serial is a positive number in big-endian bytes, 20 at most (RFC 5280 §4.1.2.2).
    package static func make(
        dnsNames: [String],
        ipAddresses: [IPAddress] = [],
        key: PrivateKey,
        serial: [UInt8],
        notBefore: Date,
        notAfter: Date
    ) throws(PKIError) -> Certificate {
        let names = try Handle<X509Extension>(
            subjectAlternativeName: dnsNames,
            ipAddresses: ipAddresses
        )
        let certificate = try unsafe Handle<X509Certificate>(owning: X509_new(), "X509_new")
        // Version 3, which is written as 2.
        try unsafe check(certificate.with { unsafe X509_set_version($0, 2) }, "X509_set_version")
        try certificate.setSerial(serial)
        try certificate.setValidity(notBefore, notAfter)
        try certificate.setNames()
        try certificate.add(names)
        try certificate.sign(with: key)
        let der = try unsafe encoded("i2d_X509") { buffer in
            unsafe certificate.with { unsafe i2d_X509($0, buffer) }
        }
        return try Certificate(der: der)
    }
}

extension Handle where Object == X509Certificate {
    fileprivate borrowing func setSerial(_ serial: [UInt8]) throws(PKIError) {
        let number = try unsafe Handle<BigNumber>(
            owning: BN_bin2bn(serial, Int32(serial.count), nil),
            "BN_bin2bn"
        )
        let result = unsafe with { certificate in
            unsafe number.with { number in
                unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate))
            }
        }
        guard unsafe result != nil else { throw .openSSL(.current("BN_to_ASN1_INTEGER")) }
    }

    fileprivate borrowing func setValidity(_ start: Date, _ end: Date) throws(PKIError) {
        let isSet = unsafe with { certificate in
            unsafe ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(start)) != nil
                && ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(end)) != nil
        }
        guard isSet else { throw .openSSL(.current("ASN1_TIME_set")) }
    }

    fileprivate borrowing func setNames() throws(PKIError) {
        try unsafe with { (certificate) throws(PKIError) in
            // Both names belong to the certificate.
            try unsafe addCommonName(to: X509_get_subject_name(certificate))
            try unsafe addCommonName(to: X509_get_issuer_name(certificate))
        }
    }

    fileprivate borrowing func add(_ names: borrowing Handle<X509Extension>) throws(PKIError) {
        // Copies the extension.
        let result = unsafe with { certificate in
            unsafe names.with { unsafe X509_add_ext(certificate, $0, -1) }
        }
        try check(result, "X509_add_ext")
    }

    fileprivate borrowing func sign(with key: PrivateKey) throws(PKIError) {
        try unsafe with { (certificate) throws(PKIError) in
            try unsafe key.handle.with { (handle) throws(PKIError) in
                try unsafe check(X509_set_pubkey(certificate, handle), "X509_set_pubkey")
                try unsafe check(X509_sign(certificate, handle, key.digest), "X509_sign")
            }
        }
    }
}

/// Gives `name`, an `X509_NAME`, the common name that marks our certificates.
@unsafe private func addCommonName(to name: OpaquePointer?) throws(PKIError) {
    let text = Array(SelfSignedCertificate.commonName.utf8)
    let result = unsafe X509_NAME_add_entry_by_NID(
        name,
        NID_commonName,
        V_ASN1_UTF8STRING,
        text,
        Int32(text.count),
        -1,
        0
    )
    try check(result, "X509_NAME_add_entry_by_NID")
}

/// Whole seconds since 1970: certificates know no fractions.
private func seconds(_ date: Date) -> Int {
    Int(date.timeIntervalSince1970.rounded(.down))
}
