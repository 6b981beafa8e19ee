import CLibCrypto

/// The extension that names what a certificate is for.
///
/// Source: RFC 5280 §4.2.1.6.
struct SubjectAlternativeName {
    /// In the certificate's order, in lower case.
    private(set) var dnsNames: [String] = []
    /// In the certificate's order.
    private(set) var ipAddresses: [IPAddress] = []
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
        try unsafe read(list)
    }

    /// Reads the extension that `request`, an `X509_REQ`, asks for; without one there are no names.
    @unsafe init(ofRequest request: OpaquePointer) throws(PKIError) {
        guard let extensions = unsafe X509_REQ_get_extensions(request) else {
            OpenSSLError.forget()
            return
        }
        defer { unsafe OPENSSL_sk_pop_free(extensions) { unsafe freeExtension($0) } }
        var criticality: Int32 = 0
        let list = unsafe X509V3_get_d2i(extensions, NID_subject_alt_name, &criticality, nil)
        guard let list = unsafe list else {
            guard criticality == -1 else {
                OpenSSLError.forget()
                throw .malformedField("subjectAltName")
            }
            return
        }
        try unsafe read(list)
    }

    /// Takes over `list`, a `GENERAL_NAMES`, and reads it.
    private mutating func read(_ list: UnsafeMutableRawPointer) throws(PKIError) {
        let names = try unsafe Handle<GeneralNames>(owning: OpaquePointer(list), "GENERAL_NAMES")
        try unsafe names.with { (names) throws(PKIError) in
            for index in 0..<(unsafe OPENSSL_sk_num(names)) {
                try unsafe read(element: OPENSSL_sk_value(names, index))
            }
        }
    }

    private mutating func read(element: UnsafeMutableRawPointer?) throws(PKIError) {
        let name = unsafe element?.assumingMemoryBound(to: GENERAL_NAME.self)
        var kind: Int32 = 0
        // "get0": the value belongs to the name.
        let value = unsafe GENERAL_NAME_get0_value(name, &kind)
        switch kind {
        case GEN_DNS:
            dnsNames.append(try unsafe dnsName(bytes(ofString: value)))
        case GEN_IPADD:
            guard let address = unsafe IPAddress(bytes: bytes(ofString: value)) else {
                throw .malformedField("iPAddress")
            }
            ipAddresses.append(address)
        default:
            hasOtherNames = true
        }
    }
}

/// Frees an `X509_EXTENSION` of a list.
private func freeExtension(_ element: UnsafeMutableRawPointer?) {
    unsafe X509_EXTENSION_free(OpaquePointer(element))
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
    /// Makes the extension that names `dnsNames` and `ipAddresses`, not critical.
    ///
    /// Each name goes in as bytes; a text such as `DNS:a,DNS:b` would let one name smuggle in
    /// another.
    ///
    /// - Throws: ``PKIError/noNames`` or ``PKIError/unusableName(_:)`` for what cannot be asked for.
    init(
        subjectAlternativeName dnsNames: [String],
        ipAddresses: [IPAddress]
    ) throws(PKIError) {
        guard !dnsNames.isEmpty || !ipAddresses.isEmpty else { throw .noNames }
        let list = try unsafe Handle<GeneralNames>(owning: GENERAL_NAMES_new(), "GENERAL_NAMES_new")
        self = try unsafe list.with { (list) throws(PKIError) in
            for name in dnsNames {
                try unsafe append(name, to: list)
            }
            for address in ipAddresses {
                try unsafe append(GEN_IPADD, V_ASN1_OCTET_STRING, address.bytes, to: list)
            }
            return try unsafe Handle(
                owning: X509V3_EXT_i2d(NID_subject_alt_name, 0, UnsafeMutableRawPointer(list)),
                "X509V3_EXT_i2d"
            )
        }
    }
}

/// Adds a host name to `list`, a `GENERAL_NAMES`.
@unsafe private func append(_ dnsName: String, to list: OpaquePointer) throws(PKIError) {
    let bytes = Array(dnsName.lowercased().utf8)
    guard (1...253).contains(bytes.count), bytes.allSatisfy(isPrintable) else {
        throw .unusableName(dnsName)
    }
    try unsafe append(GEN_DNS, V_ASN1_IA5STRING, bytes, to: list)
}

/// Adds a name of any kind to `list`, a `GENERAL_NAMES`.
@unsafe private func append(
    _ kind: Int32,
    _ type: Int32,
    _ bytes: [UInt8],
    to list: OpaquePointer
) throws(PKIError) {
    guard let name = unsafe GENERAL_NAME_new() else { throw .openSSL(.current("GENERAL_NAME_new")) }
    // The list owns the name from here on.
    guard unsafe OPENSSL_sk_push(list, name) > 0 else {
        unsafe GENERAL_NAME_free(name)
        throw .openSSL(.current("OPENSSL_sk_push"))
    }
    let value = unsafe ASN1_STRING_type_new(type)
    guard unsafe ASN1_STRING_set(value, bytes, Int32(bytes.count)) == 1 else {
        unsafe ASN1_STRING_free(value)
        throw .openSSL(.current("ASN1_STRING_set"))
    }
    // "set0": the name owns the value from here on.
    unsafe GENERAL_NAME_set0_value(name, kind, value)
}
