import CLibCrypto

/// The subjectAltName extension.
///
/// Source: RFC 5280 §4.2.1.6.
struct AlternativeNames: Equatable {
    private(set) var dnsNames: [String] = []
    /// 4 or 16 bytes each.
    private(set) var ipAddresses: [[UInt8]] = []
    private(set) var hasOthers = false

    /// Reads the names of a certificate, which is borrowed; none where it has no such extension.
    init(borrowing certificate: OpaquePointer) throws(PKIError) {
        let extensionData = unsafe X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil)
        guard let extensionData = unsafe extensionData else { return }
        let stack = OpaquePointer(extensionData)
        defer { unsafe GENERAL_NAMES_free(stack) }
        for index in 0..<(unsafe OPENSSL_sk_num(stack)) {
            guard let entry = unsafe OPENSSL_sk_value(stack, index) else { continue }
            try unsafe take(entry.assumingMemoryBound(to: GENERAL_NAME.self))
        }
    }

    private mutating func take(_ entry: UnsafeMutablePointer<GENERAL_NAME>) throws(PKIError) {
        var kind: Int32 = -1
        // get0: the value belongs to the entry.
        let value = unsafe GENERAL_NAME_get0_value(entry, &kind)
        guard let value = unsafe value, kind == GEN_DNS || kind == GEN_IPADD else {
            hasOthers = true
            return
        }
        let string = unsafe value.assumingMemoryBound(to: ASN1_STRING.self)
        let bytes = unsafe Array(
            UnsafeBufferPointer(
                start: ASN1_STRING_get0_data(string),
                count: Int(ASN1_STRING_length(string))
            )
        )
        guard kind == GEN_DNS else {
            ipAddresses.append(bytes)
            return
        }
        // A NUL once let a certificate for one name pass for another.
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .malformedCertificate("a name in it has characters that no host name has")
        }
        dnsNames.append(String(decoding: bytes, as: UTF8.self).lowercased())
    }

    /// Lends `body` an extension for `dnsNames`.
    ///
    /// Each name goes in as bytes: OpenSSL's own text form (`DNS:a,DNS:b`) would let one name
    /// bring others with it.
    static func withExtension(
        _ dnsNames: [String],
        _ body: (OpaquePointer) throws(PKIError) -> Void
    ) throws(PKIError) {
        guard let stack = unsafe OPENSSL_sk_new_null() else {
            throw OpenSSLError.current("OPENSSL_sk_new_null")
        }
        defer { unsafe GENERAL_NAMES_free(stack) }
        for name in dnsNames {
            try unsafe push(name, onto: stack)
        }
        let raw = unsafe UnsafeMutableRawPointer(stack)
        guard let made = unsafe X509V3_EXT_i2d(NID_subject_alt_name, 0, raw) else {
            throw OpenSSLError.current("X509V3_EXT_i2d")
        }
        defer { unsafe X509_EXTENSION_free(made) }
        try unsafe body(made)
    }

    private static func push(_ name: String, onto stack: OpaquePointer) throws(PKIError) {
        guard let entry = unsafe GENERAL_NAME_new() else {
            throw OpenSSLError.current("GENERAL_NAME_new")
        }
        guard let text = unsafe ASN1_STRING_type_new(V_ASN1_IA5STRING),
            unsafe ASN1_STRING_set(text, name, Int32(name.utf8.count)) == 1
        else {
            unsafe GENERAL_NAME_free(entry)
            throw OpenSSLError.current("ASN1_STRING_set")
        }
        // set0: the text belongs to the entry now, and the entry to the stack.
        unsafe GENERAL_NAME_set0_value(entry, GEN_DNS, text)
        unsafe OPENSSL_sk_push(stack, entry)
    }
}
