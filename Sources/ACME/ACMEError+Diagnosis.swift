package import Diagnostics
import FoundationEssentials
import HTTP

extension ACMEError: Diagnosable {
    package var diagnosis: Diagnosis {
        switch self {
        case .noAnswer(let failure, let url):
            return failure.diagnosis(for: url)
        case .busy(let problem, let until):
            return Diagnosis(
                what: "the CA cannot serve at the moment",
                why: problem.text,
                fix: "run the same command again\(Self.later(until)); nothing is lost",
                exitCode: .unreachable
            )
        case .rateLimited(let problem, let until):
            return Diagnosis(
                what: "a rate limit of the CA was reached",
                why: problem.text,
                fix: "run the same command again\(Self.later(until)); trying sooner makes it worse",
                exitCode: .rateLimited
            )
        case .noncesRefused(let attempts):
            return Diagnosis(
                what: "the CA accepts none of its own nonces",
                why: "\(attempts) requests in a row were answered with badNonce",
                fix: "run the same command again; if it stays so, the CA is broken",
                exitCode: .unreachable
            )
        case .notInTime(let what, let waited):
            return Diagnosis(
                what: "the CA did not finish in time",
                why: "\(what.harmless(limit: 200)) after \(waited.components.seconds) s",
                fix: "run the same command again: it goes on with the same order",
                exitCode: .unreachable
            )
        case .challengesFailed(let failures):
            return Self.diagnosis(of: failures)
        default:
            return refusal
        }
    }

    /// The failures that will not change by themselves.
    private var refusal: Diagnosis {
        let (what, why, fix) = refusalText
        return Diagnosis(what: what, why: why, fix: fix, exitCode: refusalCode)
    }

    private var refusalCode: ExitCode {
        switch self {
        case .unreadableAnswer, .noNonce, .orderGone: .unreachable
        case .termsNotAgreed: .usage
        case .profileNotOffered: .configuration
        case .challengeNotOffered: .challengeFailed
        default: .refused
        }
    }

    private var refusalText: (what: String, why: String, fix: String) {
        let report = "nothing was changed; check the address of the CA (--ca), or tell the CA"
        switch self {
        case .unreadableAnswer(let resource, let excerpt):
            return (
                "what answered is not an ACME server",
                "expected \(resource), got: \(excerpt.harmless(limit: 80))",
                "check the address of the CA (--ca), and that no proxy or portal answers in its place"
            )
        case .foreignURL(let field, let value):
            return (
                "the CA sends us to an address that is not its own",
                "\(field) is \(value.harmless(limit: 200))", report
            )
        case .foreignName(let name):
            return (
                "the CA asks about a name that is not in the order",
                "it is \(name.harmless(limit: 300))", report
            )
        case .noNonce:
            return ("the CA gave no nonce", "its answer has no usable Replay-Nonce", report)
        case .termsNotAgreed(let url):
            return (
                "a new account needs your agreement to the CA's terms of service",
                "they are at \(url.harmless(limit: 300))",
                "read them, then run the same command with --agree-tos"
            )
        case .actionRequired(let problem, let address):
            let place = address.map { "see \($0.harmless(limit: 300))" } ?? "see the CA's own pages"
            return (
                "the CA serves this account again once you have done something", problem.text,
                "\(place), do what it asks, then run the same command again"
            )
        case .externalAccountRequired:
            return (
                "the CA makes accounts only for customers that it knows",
                "it requires external account binding",
                "get a key identifier and an HMAC key from the CA, then run the same command with "
                    + "--eab-kid KID --eab-hmac-file FILE"
            )
        case .notOffered(let resource):
            return (
                "the CA cannot do that",
                "its directory has no \(resource.harmless(limit: 40))", "see the CA's own pages"
            )
        case .profileNotOffered(let profile, let offered):
            let names = offered.joined(separator: ", ").harmless(limit: 300)
            return (
                "the CA has no profile '\(profile.harmless(limit: 100))'",
                offered.isEmpty ? "it offers none" : "it offers \(names)",
                offered.isEmpty ? "leave out --profile" : "give one of these with --profile"
            )
        case .keyInUse(let account):
            return (
                "the new key belongs to an account already",
                "it is \(account.harmless(limit: 300))",
                "run the same command again: it makes another key"
            )
        case .accountNotUsable(let status):
            return (
                "the account can no longer be used",
                "the CA says that it is \(status.harmless(limit: 40))",
                "certctl account deactivate forgets it here; then run the same command again"
            )
        case .challengeNotOffered(let host, let offered):
            return (
                "\(host.harmless(limit: 300)) cannot be validated over HTTP",
                "the CA offers \(offered.joined(separator: ", ").harmless(limit: 200))",
                "choose a CA that offers http-01 for this name"
            )
        case .unusableToken(let host, let token):
            return (
                "the CA sent a token for \(host.harmless(limit: 300)) that breaks RFC 8555",
                "it is '\(token.harmless(limit: 80))'", report
            )
        case .orderFailed(let problem):
            return (
                "the CA gave up the order", problem?.text ?? "it does not say why",
                "mend what it names, then run the same command again"
            )
        case .orderGone:
            return (
                "the CA no longer knows the order", "it has expired or failed",
                "run the same command again"
            )
        case .refused(let problem):
            return (
                "the CA refused",
                "\(problem.text) (\(problem.kind.description.harmless(limit: 80)))",
                "mend what it names, then run the same command again"
            )
        default:
            return ("the CA refused", "\(self)".harmless(limit: 300), report)
        }
    }

    private static func diagnosis(of failures: [ChallengeFailure]) -> Diagnosis {
        let hosts = failures.map { $0.host.harmless(limit: 300) }
        let reasons = failures.map { failure in
            let reason = failure.problem?.text ?? "the CA does not say why"
            return failures.count == 1 ? reason : "\(failure.host.harmless(limit: 300)): \(reason)"
        }
        return Diagnosis(
            what: "the CA could not validate \(hosts.joined(separator: ", "))",
            why: reasons.joined(separator: "; "),
            fix: "each name must lead to this machine, and port 80 be open to the internet; "
                + "then run the same command again",
            exitCode: .challengeFailed
        )
    }

    private static func later(_ moment: Date?) -> String {
        moment.map { " after \($0.formatted(.iso8601))" } ?? " later"
    }
}

extension TransportFailure {
    fileprivate func diagnosis(for url: WebURL) -> Diagnosis {
        let (why, fix) = explanation(for: url.origin.host)
        return Diagnosis(
            what: "no answer from \(url)",
            why: why.harmless(limit: 400),
            fix: fix,
            exitCode: exitCode
        )
    }

    private var exitCode: ExitCode {
        switch self {
        case .notTrusted, .privateAddress: .configuration
        case .tooLarge: .refused
        default: .unreachable
        }
    }

    private func explanation(for host: String) -> (why: String, fix: String) {
        switch self {
        case .hostNotFound(let text):
            (text, "check the name of the CA (--ca), and that this machine can resolve names")
        case .notConnected(let text), .broken(let text), .socket(_, let text):
            (text, "check that this machine can reach \(host), then run the same command again")
        case .timedOut(let text):
            (text, "run the same command again; if it stays so, look for a firewall on the way out")
        case .notTrusted(let distrust, let text):
            (text, distrust.fix(host))
        case .privateAddress(let text):
            (
                text,
                "for a CA in your own network give its root: roots in certctl.conf, or certctl issue NAME --ca-roots FILE"
            )
        case .tooLarge(let limit):
            ("the answer is longer than \(limit) bytes", "check the address of the CA (--ca)")
        }
    }
}

extension TransportFailure.Distrust {
    fileprivate func fix(_ host: String) -> String {
        switch self {
        case .issuer:
            "for a CA of your own give the certificate of its root: roots in certctl.conf, or certctl issue NAME --ca-roots FILE"
        case .host:
            "write the name that the server's certificate is for in --ca, in place of \(host)"
        case .dates:
            "check this machine's clock (timedatectl); if it is right, the CA has to act"
        case .roots:
            "give certificates in PEM with roots in certctl.conf or by certctl issue NAME --ca-roots FILE, "
                + "or leave it out for a public CA"
        case .other:
            "check that \(host) speaks TLS 1.2 or newer, and the address of the CA (--ca)"
        }
    }
}
