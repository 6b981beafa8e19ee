import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import Platform
import Renewal
import Settings

/// One CA after the other: whether it is there, and what time it has.
extension RenewalRound {
    /// Renews those that trust the same roots.
    mutating func renew(_ group: [RenewalLook], of authority: CertificateAuthority) async {
        var looks = group.map { completed($0) }
        let reach: Reach = isAsked(looks) ? await self.reach(looks) : .leftAlone
        // What that has taught of the CA and of the time counts for all.
        looks = looks.map { completed($0) }
        switch reach {
        case .there, .unusable: looks = await advised(looks, authority)
        case .leftAlone, .failed: break
        }
        await order(looks, authority, reach)
    }

    /// Whether their CA has to be spoken to.
    func isAsked(_ looks: [RenewalLook]) -> Bool {
        let now = services.clock.now
        // A clock that is in doubt is put right by the CA before anything is decided by it.
        return !clock.isBelieved || looks.contains { isForTheCA(completed($0), at: now) }
    }

    /// Whether the CA has to be spoken to about a lineage at `now`.
    private func isForTheCA(_ look: RenewalLook, at now: Date) -> Bool {
        if renewal.request.isForced { return true }
        switch renewal.decide(look.facts, now) {
        case .ask, .renew: return true
        case .keep, .hold: return false
        }
    }

    /// The look with what is known of its CAs, and of the time, now.
    func completed(_ look: RenewalLook) -> RenewalLook {
        var look = look
        look.facts.isBegun = look.isBegun(at: now(of: look.authority))
        look.facts.authority = limits.health(of: look.authority)
        if let fallback = renewal.general.fallback, fallback.authority != look.authority {
            look.facts.substitute = limits.health(of: fallback.authority)
            look.facts.substituteFailures = look.state[fallback.authority]
        }
        return look
    }

    /// The time as that CA has it.
    func now(of authority: CertificateAuthority) -> Date {
        services.clock.now.addingTimeInterval(skews[authority] ?? 0)
    }

    /// What came of speaking to a CA.
    enum Reach {
        case there
        /// There was no need to, or it is known to be down.
        case leftAlone
        /// What these certificates ask it with cannot be used, which says nothing of the CA.
        case unusable
        case failed(any Error)
    }

    /// Finds out whether the CA is there, and what time it is.
    ///
    /// One question for all of its certificates: what it comes to counts for each of them.
    private mutating func reach(_ looks: [RenewalLook]) async -> Reach {
        let look = looks[0]
        let now = services.clock.now
        // One that is known to be down is left alone, unless the time is in question.
        if clock.isBelieved, !renewal.request.isForced,
            look.facts.authority.breaker?.believed(at: now).notBefore ?? now > now
        {
            return .leftAlone
        }
        do {
            skews[look.authority] = try await source.clockSkew(
                of: look.authority,
                roots: look.roots
            )
            // That its name has an address again is all that was to be shown.
            if look.facts.authority.breaker?.failureClass == .network {
                limits.noteAnswer(look.authority)
            }
            return .there
        } catch  where FailureVerdict(error).failureClass.isOwn {
            // As roots that cannot be read: each certificate has its own, and what fails for them is told
            // and counted of each.
            return .unusable
        } catch {
            // Where others trust other roots, it is these that are wrong rather than the CA.
            if !isOfOwnRoots(error, look) { noteOutage(looks, error) }
            services.log.warning(
                "the CA cannot be reached",
                ["CA": look.authority.folder, "reason": Self.reason(error, clock)]
            )
            return .failed(error)
        }
    }

    /// Whether it is the roots of some certificates that do not lead to the CA, where others have other ones.
    private func isOfOwnRoots(_ error: any Error, _ look: RenewalLook) -> Bool {
        guard case ACMEError.noAnswer(.notTrusted(.issuer, _), _) = error else { return false }
        return looks.hasOthers(of: look.authority, besides: look.roots)
    }

    var source: any CertificateSource { renewal.source }

    /// Those that trust the same roots, in the order of those.
    static func parted(_ looks: [RenewalLook]) -> [[RenewalLook]] {
        Dictionary(grouping: looks) { $0.roots ?? "" }.sorted { $0.key < $1.key }.map(\.value)
    }

    private func noteOutage(_ looks: [RenewalLook], _ error: any Error) {
        let verdict = FailureVerdict(error)
        let now = services.clock.now
        limits.noteOutage(
            looks[0].authority,
            // Whatever keeps a directory from being had is the CA's, but for this host's network: that holds
            // nobody back, and what is known of it tells when to ask another CA.
            verdict.failureClass == .network ? .network : .authority,
            reason: Self.reason(error, clock),
            until: verdict.until,
            remaining: self.looks.leastRemaining(of: [looks[0].authority], at: now),
            at: now,
            looks[0].facts.random
        )
    }

    /// What an error is told as; a CA that is not trusted under a clock in doubt may be all right.
    private static func reason(_ error: any Error, _ clock: RenewalClock) -> String {
        let text = Services.reason(of: error)
        guard !clock.isBelieved,
            case ACMEError.noAnswer(.notTrusted(.dates, _), _) = error
        else { return text }
        return "this machine's clock is wrong, look with: timedatectl; \(text)"
    }
}
