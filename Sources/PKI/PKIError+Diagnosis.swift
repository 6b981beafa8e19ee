package import Diagnostics
import FoundationEssentials

extension PKIError: Diagnosable {
    package var diagnosis: Diagnosis {
        switch self {
        case .openSSL(let text):
            Diagnosis(
                what: "OpenSSL refused",
                why: text.harmless(limit: 300),
                fix: "please report this line as a bug",
                exitCode: .internalError
            )
        case .unreadableKey(let reason), .unsupportedKey(let reason):
            Diagnosis(
                what: "a private key cannot be used",
                why: reason.harmless(limit: 300),
                fix: "move the file away to have a new key made, or put a P-256, P-384 or RSA key "
                    + "without a passphrase there",
                exitCode: .store
            )
        default:
            Diagnosis(
                what: "the CA sent a certificate that cannot be used",
                why: refusal.harmless(limit: 1000),
                fix: "what was stored before is untouched; run the same command again, and tell "
                    + "the CA if it stays so",
                exitCode: .refused
            )
        }
    }

    /// What is wrong with the chain.
    private var refusal: String {
        switch self {
        case .malformedPEM(let reason): "it is not PEM: \(reason)"
        case .malformedCertificate(let reason): "a certificate in it cannot be read: \(reason)"
        case .foreignBlock(let label): "there is a block '\(label)' in it, which is no certificate"
        case .emptyChain: "there is no certificate in it"
        case .chainTooLong(let limit): "it has more than \(limit) certificates"
        case .otherKey: "it is for another key than the one we made"
        case .otherNames(let missing, let extra): Self.difference(missing, extra)
        case .leafIsAuthority: "it could itself issue certificates"
        case .brokenLink(let subject, let issuer): "\(subject) is not issued by \(issuer)"
        case .notYetValid(let date):
            "it is not valid before \(date.formatted(.iso8601)), or this machine's clock is wrong"
        case .expired(let date):
            "it has expired at \(date.formatted(.iso8601)), or this machine's clock is wrong"
        case .absurdLifetime(let start, let end):
            "it lives from \(start.formatted(.iso8601)) to \(end.formatted(.iso8601))"
        case .openSSL(let text), .unreadableKey(let text), .unsupportedKey(let text): text
        }
    }

    private static func difference(_ missing: [String], _ extra: [String]) -> String {
        var parts: [String] = []
        if !missing.isEmpty { parts.append("it lacks \(missing.joined(separator: ", "))") }
        if !extra.isEmpty {
            parts.append("it is also for \(extra.joined(separator: ", ")), which was not asked for")
        }
        return parts.joined(separator: "; ")
    }
}
