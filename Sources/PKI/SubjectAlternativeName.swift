import CLibCrypto

/// The extension that names what a certificate is for.
///
/// Source: RFC 5280 §4.2.1.6.
struct SubjectAlternativeName {
    /// In the certificate's order, in lower case.
    private(set) var dnsNames: [String] = []
    /// Each of 4 or 16 bytes.
    private(set) var ipAddresses: [[UInt8]] = []
    /// Whether there are names that are neither.
    private(set) var hasOtherNames = false

    /// Reads the extension of `certificate`, an `X509`; without one there are no names.
    @unsafe init(of certificate: OpaquePointer) throws(PKIError) {
        // -1 for none; what is there twice or cannot be read comes back as null, too.
        var criticality: Int32 = 0
        let list = unsafe X509_get_ext_d2i(certificate, NID_subject_alt_name, &criticality, nil)
        guard let list = unsafe list else {
            guard criticality == -1 else {
                OpenSSLError.forget()
                throw .malformedField("subjectAltName")
            }
            return
        }
        let names = try unsafe Handle<GeneralNames>(owning: OpaquePointer(list), "X509_get_ext_d2i")
        try unsafe names.with { (names) throws(PKIError) in
            for index in 0..<(unsafe OPENSSL_sk_num(names)) {
                try unsafe read(OPENSSL_sk_value(names, index))
            }
        }
    }

    private mutating func read(_ element: UnsafeMutableRawPointer?) throws(PKIError) {
        let name = unsafe element?.assumingMemoryBound(to: GENERAL_NAME.self)
        var kind: Int32 = 0
        // "get0": the value belongs to the name.
        let value = unsafe GENERAL_NAME_get0_value(name, &kind)
        switch kind {
        case GEN_DNS:
            dnsNames.append(try unsafe dnsName(bytes(ofString: value)))
        case GEN_IPADD:
            let address = unsafe bytes(ofString: value)
            guard [4, 16].contains(address.count) else { throw .malformedField("iPAddress") }
            ipAddresses.append(address)
        default:
            hasOtherNames = true
        }
    }
}

/// Takes `bytes` as a name.
///
/// A NUL or a line break in a name has deceived other programs about which name it is.
private func dnsName(_ bytes: [UInt8]) throws(PKIError) -> String {
    guard bytes.allSatisfy(isPrintable), !bytes.isEmpty else { throw .malformedDNSName(bytes) }
    return String(decoding: bytes, as: UTF8.self).lowercased()
}

/// Whether `byte` is an ASCII character that is seen.
private func isPrintable(_ byte: UInt8) -> Bool {
    (0x21...0x7e).contains(byte)
}

/// The bytes of `string`, an `ASN1_STRING`.
@unsafe func bytes(ofString string: UnsafeRawPointer?) -> [UInt8] {
    guard let string = unsafe string?.assumingMemoryBound(to: ASN1_STRING.self) else { return [] }
    let start = unsafe ASN1_STRING_get0_data(string)
    let count = unsafe Int(ASN1_STRING_length(string))
    return unsafe Array(UnsafeBufferPointer(start: start, count: count))
}

extension Handle where Object == X509Extension {
    /// Makes the extension that names `dnsNames`, not critical.
    ///
    /// Each name goes in as bytes; a text such as `DNS:a,DNS:b` would let one name smuggle in
    /// another.
    ///
    /// - Throws: ``PKIError/noNames`` or ``PKIError/unusableName(_:)`` for what cannot be asked for.
    init(subjectAlternativeName dnsNames: [String]) throws(PKIError) {
        guard !dnsNames.isEmpty else { throw .noNames }
        let list = try unsafe Handle<GeneralNames>(owning: GENERAL_NAMES_new(), "GENERAL_NAMES_new")
        self = try unsafe list.with { (list) throws(PKIError) in
            for name in dnsNames {
                try unsafe append(name, to: list)
            }
            return try unsafe Handle(
                owning: X509V3_EXT_i2d(NID_subject_alt_name, 0, UnsafeMutableRawPointer(list)),
                "X509V3_EXT_i2d"
            )
        }
    }
}

/// Adds a name to `list`, a `GENERAL_NAMES`.
@unsafe private func append(_ dnsName: String, to list: OpaquePointer) throws(PKIError) {
    let bytes = Array(dnsName.lowercased().utf8)
    guard (1...253).contains(bytes.count), bytes.allSatisfy(isPrintable) else {
        throw .unusableName(dnsName)
    }
    guard let name = unsafe GENERAL_NAME_new() else { throw .openSSL(.current("GENERAL_NAME_new")) }
    // The list owns the name from here on.
    guard unsafe OPENSSL_sk_push(list, name) > 0 else {
        unsafe GENERAL_NAME_free(name)
        throw .openSSL(.current("OPENSSL_sk_push"))
    }
    let value = unsafe ASN1_STRING_type_new(V_ASN1_IA5STRING)
    guard unsafe ASN1_STRING_set(value, bytes, Int32(bytes.count)) == 1 else {
        unsafe ASN1_STRING_free(value)
        throw .openSSL(.current("ASN1_STRING_set"))
    }
    // "set0": the name owns the value from here on.
    unsafe GENERAL_NAME_set0_value(name, GEN_DNS, value)
}
