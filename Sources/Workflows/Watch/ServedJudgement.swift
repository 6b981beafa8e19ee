import CertificateStore
import FoundationEssentials
import PKI
import Platform
import Renewal

/// What there is to say of what a server presents for a name, beside what is stored.
struct ServedJudgement: Equatable {
    /// What is known of the lineage.
    struct Expectation {
        /// The certificate that should be served.
        let current: GenerationNumber
        /// The generation of ours that is served; `nil` for a stranger's certificate.
        var served: GenerationNumber?
        /// Whether it was one of ours when it was seen there before: some generations are kept, not all.
        var wasOurs = false
        /// Whose certificate is served instead, where that is the current one of another lineage.
        var substitute: Substitute?
        /// Those that are stored with it to vouch for it.
        var issuers: [Certificate] = []
        /// Whether it has not been deployed yet, and still has time for that.
        var isDeployAwaited = false
        /// Whether the lineage is for a server at all: its key is here, and it has been deployed.
        var isServed = true
    }

    /// Another lineage whose certificate is served.
    struct Substitute {
        let name: LineageName
        /// The lineage that is to be forgotten, as certctl.conf asks for the other one alone.
        var forgotten: LineageName?
    }

    let state: Observation.State
    let level: Observation.Level
    let message: String

    private init(_ state: Observation.State, _ level: Observation.Level, _ message: String) {
        self.state = state
        self.level = level
        self.message = message
    }

    /// Judges a certificate that is presented for `host`.
    ///
    /// The worst of all that is found decides; the message tells all of it.
    init(
        _ presented: CertificateChain,
        for host: String,
        _ expectation: Expectation,
        now: Date
    ) {
        let leaf = presented.leaf
        let found = [
            Self.coverage(of: leaf, host),
            Self.expiry(of: leaf, now),
            Self.beginning(of: leaf, now),
            Self.origin(of: leaf, expectation),
            Self.completeness(of: presented, expectation),
        ].compactMap(\.self)
        // The first of those that are equally bad.
        guard let worst = found.max(by: { $0.level < $1.level }) else {
            self.init(.current, .ok, "the stored certificate is served")
            return
        }
        let message = found.map(\.message).joined(separator: "; ")
        self.init(worst.state, worst.level, message)
    }

    /// Judges that nobody presents a certificate.
    init(_ failure: TLSProbeFailure, _ expectation: Expectation) {
        let state: Observation.State =
            switch failure {
            case .noHandshake: .noTLS
            case .noRoute: .unreachable
            case .refused, .timedOut, .stalled, .broken: .silent
            }
        self.init(state, expectation.isServed ? .warning : .info, failure.reason)
    }

    /// Judges that there is nobody to ask.
    init(_ failure: ResolverFailure, _ expectation: Expectation) {
        self.init(.unresolved, expectation.isServed ? .warning : .info, failure.reason)
    }

    /// Judges that there was no time left to ask.
    init(cutShort expectation: Expectation) {
        let message = "not looked at: others that do not answer have taken all the time there was"
        self.init(.silent, expectation.isServed ? .warning : .info, message)
    }

    /// Judges that something was presented that is no certificate to us.
    init(unreadable reason: String) {
        self.init(.other, .warning, "a certificate is served that cannot be read: \(reason)")
    }

    /// The same where this host has no IPv6, while it has reached the name otherwise.
    var excusingMissingRoute: ServedJudgement {
        state == .unreachable ? ServedJudgement(state, .info, message) : self
    }

    /// The same where the name is one of a site that has no certificate of its own yet.
    var excusingMissingCertificate: ServedJudgement {
        let message = "\(message); its site has no certificate yet: certctl apply orders it"
        return ServedJudgement(state, .info, message)
    }

    // MARK: One question each

    /// Whether too little of a certificate's lifetime is left; `nil` where it is enough.
    static func expiry(of validity: Validity, _ now: Date) -> ServedJudgement? {
        let end = validity.notAfter.formatted(.iso8601)
        return switch validity.urgency(at: now) {
        case .none: nil
        case .soon: ServedJudgement(.expiring, .warning, "it expires at \(end)")
        case .pressing: ServedJudgement(.expiring, .critical, "it expires at \(end)")
        case .over: ServedJudgement(.expired, .critical, "it has expired at \(end)")
        }
    }

    private static func expiry(of leaf: Certificate, _ now: Date) -> ServedJudgement? {
        expiry(of: Validity(notBefore: leaf.notBefore, notAfter: leaf.notAfter), now)
    }

    private static func beginning(of leaf: Certificate, _ now: Date) -> ServedJudgement? {
        guard now < leaf.notBefore else { return nil }
        let start = leaf.notBefore.formatted(.iso8601)
        return ServedJudgement(.early, .critical, "it is not valid before \(start)")
    }

    private static func coverage(of leaf: Certificate, _ host: String) -> ServedJudgement? {
        guard !leaf.covers(host) else { return nil }
        let names = leaf.names.isEmpty ? "no name" : leaf.names.prefix(3).joined(separator: " ")
        let more = leaf.names.count > 3 ? " and \(leaf.names.count - 3) more" : ""
        let message = "the certificate that is served is for \(names)\(more)"
        return ServedJudgement(.wrongName, .critical, message)
    }

    private static func origin(
        of leaf: Certificate,
        _ expectation: Expectation
    ) -> ServedJudgement? {
        if expectation.served == nil, let substitute = expectation.substitute {
            let message =
                "served with \(substitute.name)'s certificate, which is the stored one"
                + (substitute.forgotten.map {
                    "; certctl.conf asks for none of this name: certctl delete \($0) forgets it"
                } ?? "")
            return ServedJudgement(.shared, .info, message)
        }
        guard let served = expectation.served else {
            guard !expectation.wasOurs else {
                let message =
                    "one of ours is served that is so old that certctl has it no more, and "
                    + "\(expectation.current) is stored: the server has not read its files again"
                return ServedJudgement(.old, .warning, message)
            }
            let end = leaf.notAfter.formatted(.iso8601)
            let message =
                "a certificate is served that is not ours, of \(leaf.issuer), until \(end)"
            return ServedJudgement(.other, .warning, message)
        }
        // A newer one has come since the store was read.
        guard served < expectation.current else { return nil }
        let stored = "generation \(served) is served, and \(expectation.current) is stored"
        return expectation.isDeployAwaited
            ? ServedJudgement(.old, .info, "\(stored) and not deployed yet")
            : ServedJudgement(.old, .warning, "\(stored): the server has not read its files again")
    }

    /// Whether an issuer that is stored is not sent; a root need not be.
    private static func completeness(
        of presented: CertificateChain,
        _ expectation: Expectation
    ) -> ServedJudgement? {
        let missing = expectation.issuers.first { issuer in
            issuer.subject != issuer.issuer && !presented.issuers.contains(issuer)
        }
        guard let missing else { return nil }
        return ServedJudgement(
            .incomplete,
            .warning,
            "\(missing.subject), which is stored with it, is not sent: not all clients trust it then"
        )
    }
}
