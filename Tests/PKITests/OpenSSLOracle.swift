import CLibCrypto
import TestSupport

@testable import PKI

/// What OpenSSL says of what we made, asked by other functions than those that made it.
enum OpenSSLOracle {
    /// Whether `signature`, in JOSE's form, is one of `message` by `key`.
    static func accepts(_ signature: [UInt8], of message: [UInt8], by key: PublicKey) throws -> Bool
    {
        let handle = try unsafe Handle<PKey>(
            owning: decoded(key.subjectPublicKeyInfo) { unsafe d2i_PUBKEY(nil, $0, $1) }.object,
            "d2i_PUBKEY"
        )
        let verification = try unsafe Handle<Signing>(owning: EVP_MD_CTX_new(), "EVP_MD_CTX_new")
        let isCurve = key.parameters.isCurve
        let signature = isCurve ? DER.ecdsaSignature(signature) : signature
        let digest = unsafe isCurve && key.parameters.isWide ? EVP_sha384() : EVP_sha256()
        return unsafe handle.with { key in
            unsafe verification.with { context in
                unsafe EVP_DigestVerifyInit(context, nil, digest, nil, key) == 1
                    && EVP_DigestVerify(
                        context,
                        signature,
                        signature.count,
                        message,
                        message.count
                    ) == 1
            }
        }
    }

    /// Whether `request` is signed by the key that it asks to certify.
    static func isProven(request: [UInt8]) throws -> Bool {
        let handle = try unsafe Handle<X509Request>(
            owning: decoded(request) { unsafe d2i_X509_REQ(nil, $0, $1) }.object,
            "d2i_X509_REQ"
        )
        return unsafe handle.with { request in
            unsafe X509_REQ_verify(request, X509_REQ_get0_pubkey(request)) == 1
        }
    }

    /// Whether `certificate` is signed by the key in it.
    static func isSelfSigned(certificate: [UInt8]) throws -> Bool {
        let handle = try Handle<X509Certificate>(der: certificate)
        return unsafe handle.with { unsafe X509_self_signed($0, 1) == 1 }
    }
}

extension PublicKey.Parameters {
    fileprivate var isCurve: Bool {
        if case .ec = self { true } else { false }
    }

    fileprivate var isWide: Bool {
        if case .ec(.p384, _, _) = self { true } else { false }
    }
}
