import CLibCrypto
import Diagnostics
package import FoundationEssentials

/// A certificate as facts: read once, and nothing of OpenSSL's survives that.
///
/// Source: RFC 5280 §4.1.
package struct Certificate: Equatable, Sendable {
    package let der: [UInt8]
    /// In the order of the certificate, in lower case.
    package let dnsNames: [String]
    /// 4 or 16 bytes each.
    package let ipAddresses: [[UInt8]]
    /// Whether it is for anything that is neither a host name nor an address.
    package let hasOtherNames: Bool
    package let notBefore: Date
    package let notAfter: Date
    /// The content of the DER INTEGER, with its leading zero where it has one.
    package let serial: [UInt8]
    /// `nil` where the certificate does not name its issuer's key.
    package let authorityKeyIdentifier: [UInt8]?
    /// On one line, harmless to print.
    package let subject: String
    /// On one line, harmless to print.
    package let issuer: String
    /// Whether it may issue certificates.
    package let isAuthority: Bool
    package let publicKey: PublicKey

    /// Reads a certificate.
    ///
    /// Throws ``PKIError/malformedCertificate(_:)``, also where something follows it.
    package init(der: [UInt8]) throws(PKIError) {
        let handle = try Self.parse(der)
        self = try unsafe handle.with { certificate throws(PKIError) in
            try unsafe Certificate(borrowing: certificate, der: der)
        }
    }

    /// The SHA-256 of ``der``.
    package var fingerprint: [UInt8] { SHA256.digest(der) }

    /// Whether this certificate says that `other` has issued it, and `other`'s key has signed it.
    ///
    /// Throws ``PKIError`` when OpenSSL cannot read either one again.
    func isIssued(by other: Certificate) throws(PKIError) -> Bool {
        guard other.isAuthority else { return false }
        let issuer = try Self.parse(other.der)
        let subject = try Self.parse(der)
        return unsafe issuer.with { issuer in
            unsafe subject.with { subject in
                guard unsafe X509_check_issued(issuer, subject) == X509_V_OK else { return false }
                // get0: the key belongs to the issuer.
                let isSigned = unsafe X509_verify(subject, X509_get0_pubkey(issuer)) == 1
                // A signature that does not fit leaves its reason in the queue.
                ERR_clear_error()
                return isSigned
            }
        }
    }

    private static func parse(_ der: [UInt8]) throws(PKIError) -> Handle<X509Certificate> {
        let (pointer, used) = unsafe der.withUnsafeBufferPointer { buffer in
            var position = buffer.baseAddress
            let pointer = unsafe d2i_X509(nil, &position, buffer.count)
            let used = unsafe position.map { end in
                unsafe buffer.baseAddress.map { unsafe end - $0 } ?? 0
            }
            return unsafe (pointer, used ?? 0)
        }
        guard unsafe pointer != nil else {
            throw .malformedCertificate("\(OpenSSLError.current("d2i_X509"))")
        }
        let handle = unsafe try Handle<X509Certificate>(owning: unsafe pointer, "d2i_X509")
        guard used == der.count else { throw .malformedCertificate("something follows it") }
        return handle
    }

    private init(borrowing certificate: OpaquePointer, der: [UInt8]) throws(PKIError) {
        self.der = der
        let names = try unsafe AlternativeNames(borrowing: certificate)
        dnsNames = names.dnsNames
        ipAddresses = names.ipAddresses
        hasOtherNames = names.hasOthers
        // get0: dates, names and key belong to the certificate.
        notBefore = try unsafe Self.date(X509_get0_notBefore(certificate))
        notAfter = try unsafe Self.date(X509_get0_notAfter(certificate))
        serial = try unsafe Self.serial(of: certificate)
        authorityKeyIdentifier = unsafe X509_get0_authority_key_id(certificate).map { identifier in
            unsafe Self.bytes(of: identifier)
        }
        subject = unsafe Self.text(X509_get_subject_name(certificate))
        issuer = unsafe Self.text(X509_get_issuer_name(certificate))
        isAuthority = unsafe X509_check_ca(certificate) > 0
        guard let key = unsafe X509_get0_pubkey(certificate) else {
            throw .malformedCertificate("\(OpenSSLError.current("X509_get0_pubkey"))")
        }
        publicKey = try unsafe PublicKey(borrowing: key)
    }

    private static func bytes(of string: UnsafePointer<ASN1_STRING>) -> [UInt8] {
        unsafe Array(
            UnsafeBufferPointer(
                start: ASN1_STRING_get0_data(string),
                count: Int(ASN1_STRING_length(string))
            )
        )
    }

    /// Reads the serial out of its DER, since OpenSSL's own form drops a leading zero.
    private static func serial(of certificate: OpaquePointer) throws(PKIError) -> [UInt8] {
        let integer = try unsafe DER.encode("i2d_ASN1_INTEGER") { output in
            unsafe i2d_ASN1_INTEGER(X509_get0_serialNumber(certificate), output)
        }
        // One byte of tag and one of length: RFC 5280 §4.1.2.2 allows 20 bytes at most.
        guard integer.count >= 3, integer[1] < 128 else {
            throw .malformedCertificate("its serial number is too long")
        }
        return Array(integer.dropFirst(2))
    }

    private static func date(_ time: UnsafePointer<ASN1_TIME>?) throws(PKIError) -> Date {
        let epoch = unsafe ASN1_TIME_set(nil, 0)
        defer { unsafe ASN1_STRING_free(epoch) }
        var days: Int32 = 0
        var seconds: Int32 = 0
        guard let time = unsafe time, let epoch = unsafe epoch,
            unsafe ASN1_TIME_diff(&days, &seconds, epoch, time) == 1
        else { throw .malformedCertificate("a date in it cannot be read") }
        return Date(timeIntervalSince1970: Double(days) * 86_400 + Double(seconds))
    }

    private static func text(_ name: OpaquePointer?) -> String {
        guard let bio = unsafe BIO_new(BIO_s_mem()) else { return "" }
        defer { unsafe BIO_free_all(bio) }
        guard unsafe X509_NAME_print_ex(bio, name, 0, UInt(certctl_xn_flag_rfc2253)) >= 0 else { return "" }
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = unsafe BIO_read(bio, &buffer, Int32(buffer.count))
        return String(decoding: buffer.prefix(max(0, Int(count))), as: UTF8.self).harmless()
    }
}
