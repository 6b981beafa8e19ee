package import FoundationEssentials

/// What is to be done about a certificate.
package enum RenewalDecision: Equatable, Sendable {
    /// Nothing before that moment.
    case keep(until: Date)
    /// The CA is to be asked first when it would like the certificate to be renewed.
    case ask
    /// It is renewed now.
    case renew(RenewalCause, from: RenewalSource)
    /// It is due, but nothing may be tried before that moment.
    case hold(until: Date, RenewalHold)
}

/// Why a certificate is renewed.
package enum RenewalCause: String, Equatable, Sendable {
    /// The CA's window.
    case window
    /// The CA's window, which lay in the past when it was learned: as before a revocation.
    case signal
    /// The share of its lifetime that is over.
    case lifetime
    /// Little is left, whatever the CA says.
    case emergency
    /// The CA has called it back.
    case revoked
    /// A person has asked for it, due or not.
    case demand
    /// An earlier run has begun an order and not come to its end.
    case begun
    /// What is on disk of it is not what was committed.
    case lost

    /// Whether nothing but the CA's window asks for it.
    package var isOfWindowAlone: Bool { self == .window || self == .signal }
}

/// Which CA is asked.
package enum RenewalSource: Equatable, Sendable {
    case usual
    /// The one that certctl.conf names for when the usual one is down.
    case substitute
}

/// What keeps a certificate that is due from being renewed.
package enum RenewalHold: String, Equatable, Sendable {
    /// It failed a short while ago.
    case backoff
    /// The CA is down.
    case outage
    /// The CA's rate limit.
    case rateLimit
    /// The CA's window asks for more renewals than can be meant.
    case signals
}
