package import PKI

/// A public key as JSON, with the members that its thumbprint is computed of and no others.
///
/// Source: RFC 7517; RFC 7518 §6; RFC 7638 §3.2.
package struct JSONWebKey: Equatable, Sendable {
    /// The members in the lexicographic order of their names, without white space.
    package let json: String

    /// Describes the public half of `key`: a private key is always of a kind that has a JSON form.
    package init(of key: PrivateKey) {
        guard let jwk = JSONWebKey(key.publicKey) else {
            preconditionFailure("a private key has a public key of the same kind")
        }
        self = jwk
    }

    /// Describes `key`.
    ///
    /// - Returns: `nil` for a key of a kind that no account key is.
    package init?(_ key: PublicKey) {
        switch key.parameters {
        case .ec(let curve, let x, let y):
            let x = Base64URL.encode(x)
            let y = Base64URL.encode(y)
            json = #"{"crv":"\#(curve.joseName)","kty":"EC","x":"\#(x)","y":"\#(y)"}"#
        case .rsa(let modulus, let exponent):
            let e = Base64URL.encode(exponent)
            let n = Base64URL.encode(modulus)
            json = #"{"e":"\#(e)","kty":"RSA","n":"\#(n)"}"#
        case .other:
            return nil
        }
    }

    /// The key's name in key authorizations, in base64url.
    ///
    /// Source: RFC 7638 §3.
    package var thumbprint: String {
        Base64URL.encode(SHA256.digest(Array(json.utf8)))
    }
}

extension PublicKey.Curve {
    fileprivate var joseName: String {
        switch self {
        case .p256: "P-256"
        case .p384: "P-384"
        }
    }
}
