import CLibCrypto
import Diagnostics
import FoundationEssentials
import Glibc

/// Reads one of the two moments of a certificate's validity; `field` is its name for the error.
@unsafe func date(_ time: UnsafePointer<ASN1_TIME>?, _ field: String) throws(PKIError) -> Date {
    var parts = unsafe tm()
    // OpenSSL would take a missing time for the present.
    guard let time = unsafe time, unsafe ASN1_TIME_to_tm(time, &parts) == 1 else {
        OpenSSLError.forget()
        throw .malformedField(field)
    }
    return unsafe Date(timeIntervalSince1970: TimeInterval(timegm(&parts)))
}

/// The content bytes of `integer` in DER: no tag and no length, but a leading 00 where the first
/// bit would otherwise make it negative.
@unsafe func content(of integer: UnsafePointer<ASN1_INTEGER>?) throws(PKIError) -> [UInt8] {
    let der = try unsafe encoded("i2d_ASN1_INTEGER") { unsafe i2d_ASN1_INTEGER(integer, $0) }
    // A length of 128 or more is written as 0x80 + how many bytes hold it.
    let lengthBytes = der.count > 1 && der[1] >= 0x80 ? 1 + Int(der[1] - 0x80) : 1
    return Array(der.dropFirst(1 + lengthBytes))
}

/// Writes `name`, an `X509_NAME`, in one line that is harmless to print.
@unsafe func text(ofName name: OpaquePointer?) throws(PKIError) -> String {
    let stream = try unsafe Handle<Stream>(owning: BIO_new(BIO_s_mem()), "BIO_new")
    let result = unsafe stream.with { unsafe X509_NAME_print_ex($0, name, 0, nameFormat) }
    guard result >= 0 else { throw .openSSL(.current("X509_NAME_print_ex")) }
    return String(decoding: try stream.contents(), as: UTF8.self).harmless()
}

/// The last common name in `name`, an `X509_NAME`, harmless to print.
@unsafe func commonName(of name: OpaquePointer?) -> String? {
    var found: Int32 = -1
    var last: Int32 = -1
    repeat {
        last = found
        found = unsafe X509_NAME_get_index_by_NID(name, NID_commonName, last)
    } while found >= 0
    // "get0" in effect: entry and data belong to the name.
    guard last >= 0, let entry = unsafe X509_NAME_get_entry(name, last) else { return nil }
    var buffer: UnsafeMutablePointer<UInt8>?
    let count = unsafe ASN1_STRING_to_UTF8(&buffer, X509_NAME_ENTRY_get_data(entry))
    defer { unsafe CRYPTO_free(buffer, nil, 0) }
    guard count >= 0 else {
        OpenSSLError.forget()
        return nil
    }
    let bytes = unsafe UnsafeBufferPointer(start: buffer, count: Int(count))
    return unsafe String(decoding: bytes, as: UTF8.self).harmless()
}

/// RFC 2253, but with characters beyond ASCII as they are.
///
/// Swift does not import `XN_FLAG_RFC2253`; these are its parts.
private let nameFormat: UInt =
    [
        ASN1_STRFLGS_ESC_2253, ASN1_STRFLGS_ESC_CTRL, ASN1_STRFLGS_UTF8_CONVERT,
        ASN1_STRFLGS_DUMP_UNKNOWN, ASN1_STRFLGS_DUMP_DER, XN_FLAG_SEP_COMMA_PLUS, XN_FLAG_DN_REV,
        XN_FLAG_FN_SN, XN_FLAG_DUMP_UNKNOWN_FIELDS,
    ].reduce(0) { $0 | UInt($1) }
