import PKI

extension KeyType {
    /// The `AlgorithmIdentifier` of signatures with such a key.
    var signatureAlgorithm: [UInt8] {
        switch self {
        case .p256: DER.sequence(ObjectIdentifiers.ecdsaWithSHA256)
        case .p384: DER.sequence(ObjectIdentifiers.ecdsaWithSHA384)
        case .rsa2048, .rsa3072, .rsa4096:
            DER.sequence(ObjectIdentifiers.sha256WithRSA, DER.null)
        }
    }
}

extension PrivateKey {
    /// A signature in the form that certificates want: DER for ECDSA.
    func certificateSignature(of message: [UInt8]) throws -> [UInt8] {
        let signature = try signature(of: message)
        switch type {
        case .p256, .p384: return DER.ecdsaSignature(signature)
        case .rsa2048, .rsa3072, .rsa4096: return signature
        }
    }
}

extension DER {
    /// Turns an ECDSA signature of R and S side by side, as JOSE has it, into DER.
    package static func ecdsaSignature(_ joined: [UInt8]) -> [UInt8] {
        let width = joined.count / 2
        return sequence(
            integer(Array(joined.prefix(width))),
            integer(Array(joined.suffix(width)))
        )
    }
}
