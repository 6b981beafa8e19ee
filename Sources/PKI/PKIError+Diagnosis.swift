package import Diagnostics
import FoundationEssentials

extension PKIError: Diagnosable {
    /// A wrong chain is the CA's refusal, a key file that cannot be used the store's trouble.
    package var diagnosis: Diagnosis {
        switch self {
        case .openSSL(let error):
            .bug(error)

        case .unreadableKey:
            .key("there is no private key in it that can be read; it may be cut short or damaged")
        case .encryptedKey:
            .key(
                "it is protected by a passphrase, and a timer has nobody to ask for it",
                fix: "remove the passphrase: openssl pkey -in OLD-FILE -out NEW-FILE"
            )
        case .unsupportedKeyAlgorithm(let name):
            .key("it is a key for \(name.harmless()), which public CAs do not certify")
        case .unsupportedCurve(let name):
            .key("it is on the elliptic curve \(name.harmless()), which public CAs do not certify")
        case .unsupportedKeySize(let bits):
            .key("it is an RSA key of \(bits) bits, a size that certctl does not use")

        case .noNames:
            .request("no name was given", fix: "give at least one domain name")
        case .unusableName(let name):
            .request(
                "“\(name.harmless(limit: 300))” is empty, too long or not plain ASCII",
                fix: "write the name as DNS knows it; international names start with xn--"
            )

        case .unreadableRequest:
            .request(
                "it is not a certificate signing request in PEM or DER",
                fix:
                    "make one, for example with: openssl req -new -key FILE -addext subjectAltName=DNS:…"
            )
        case .forgedRequest:
            .request(
                "it is not signed with the key that is in it",
                fix: "make it again with the key that it is for"
            )
        case .foreignNames:
            .request(
                "it asks for names that are neither host names nor IP addresses",
                fix: "leave e-mail addresses and the like out of it"
            )

        case .oversizedPEM(let bytes, let limit):
            .unreadable("it has \(bytes) bytes, and none should need more than \(limit)")
        case .damagedPEM(let label):
            .unreadable("its block “\(label.harmless(limit: 60))” is cut short or damaged")
        case .unreadableCertificate:
            .unreadable("a block that is named CERTIFICATE holds none")
        case .trailingBytes(let count):
            .unreadable("\(count) bytes follow the end of a certificate")
        case .malformedField(let field):
            .unreadable("the field \(field) of a certificate cannot be understood")
        case .malformedDNSName(let bytes):
            .unreadable("it is for the impossible name “\(text(bytes).harmless(limit: 300))”")

        case .noCertificate:
            .refused("the CA sent no certificate", "there is none in its answer")
        case .tooManyCertificates(let count, let limit):
            .refused(
                "the CA sent too many certificates",
                "there are \(count) in its answer, and no chain needs more than \(limit)"
            )
        case .foreignBlock(let label):
            .refused(
                "the CA sent something else than certificates",
                "there is a block “\(label.harmless(limit: 60))” in its answer"
            )
        case .foreignKey(let expected, let found):
            .refused(
                "the CA sent a certificate for another key",
                "our key has the fingerprint \(short(expected)), the certificate's \(short(found))"
            )
        case .wrongNames(let missing, let extra):
            .refused(
                "the CA sent a certificate for other names",
                [("missing", missing), ("not asked for", extra)]
                    .filter { !$0.1.isEmpty }
                    .map { "\($0.0): \(list($0.1))" }
                    .joined(separator: "; ")
            )
        case .extraKindsOfNames:
            .refused(
                "the CA sent a certificate for other names",
                "not asked for: names that are neither DNS names nor IP addresses"
            )
        case .leafIsAuthority:
            .refused(
                "the CA sent a certificate with too much power",
                "it may issue certificates itself, for any name; a server's must not"
            )
        case .repeatedKey(let subject):
            .badChain("it runs in a circle: the key of “\(subject)” comes twice")
        case .brokenChain(let issuer, let next):
            .badChain("a certificate issued by “\(issuer)” is followed by that of “\(next)”")
        case .forgedSignature(let subject, let issuer):
            .badChain("“\(subject)” is not signed by “\(issuer)”, though it says so")
        case .issuerIsNotAuthority(let subject):
            .badChain("“\(subject)” issued a certificate, but is not a CA")
        case .emptyValidity(let subject, let notBefore, let notAfter):
            .badDates(
                "“\(subject)” is valid from \(text(notBefore)), but only to \(text(notAfter))"
            )
        case .notYetValid(let subject, let notBefore, let now):
            .badDates("“\(subject)” is valid from \(text(notBefore)), and here it is \(text(now))")
        case .expired(let subject, let notAfter, let now):
            .badDates("“\(subject)” was valid to \(text(notAfter)), and here it is \(text(now))")
        case .excessiveLifetime(let notBefore, let notAfter):
            .refused(
                "the CA sent a certificate with an incredible lifetime",
                "it is valid from \(text(notBefore)) to \(text(notAfter)), more than ten years"
            )
        }
    }
}

extension Diagnosis {
    fileprivate static func bug(_ error: OpenSSLError) -> Diagnosis {
        let reasons = error.reasons.isEmpty ? ["no reason given"] : error.reasons
        return Diagnosis(
            what: "a cryptographic operation failed",
            why: "\(error.operation): \(reasons.joined(separator: "; "))".harmless(),
            fix: "look whether memory or OpenSSL's configuration is to blame; else report a bug",
            exitCode: .internalError
        )
    }

    fileprivate static func key(
        _ why: String,
        fix: String = "give a key without passphrase: p256, p384, rsa2048, rsa3072 or rsa4096"
    ) -> Diagnosis {
        Diagnosis(what: "the private key cannot be used", why: why, fix: fix, exitCode: .store)
    }

    fileprivate static func request(_ why: String, fix: String) -> Diagnosis {
        Diagnosis(
            what: "the certificate cannot be asked for",
            why: why,
            fix: fix,
            exitCode: .configuration
        )
    }

    fileprivate static func unreadable(_ why: String) -> Diagnosis {
        refused("the certificate chain cannot be read", why)
    }

    fileprivate static func badChain(_ why: String) -> Diagnosis {
        refused("the CA sent a chain of certificates that does not hold", why)
    }

    fileprivate static func badDates(_ why: String) -> Diagnosis {
        Diagnosis(
            what: "the CA sent a certificate that is not valid now",
            why: why,
            fix: "nothing was changed; check this machine's clock (timedatectl), then try again",
            exitCode: .refused
        )
    }

    fileprivate static func refused(_ what: String, _ why: String) -> Diagnosis {
        Diagnosis(
            what: what,
            why: why,
            fix: "nothing was changed; try again, and if it stays so, report it to the CA",
            exitCode: .refused
        )
    }
}

/// The start of a fingerprint: enough to compare by eye.
private func short(_ fingerprint: [UInt8]) -> String {
    Hexadecimal.text(fingerprint.prefix(8)) + "…"
}

/// The first of `names`, and how many more there are.
private func list(_ names: [String]) -> String {
    let shown = names.prefix(5).map { $0.harmless(limit: 300) }.joined(separator: ", ")
    return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
}

private func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
}

private func text(_ date: Date) -> String {
    date.formatted(.iso8601)
}
