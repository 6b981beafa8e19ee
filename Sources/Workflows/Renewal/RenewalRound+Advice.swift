import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import Platform
import Renewal

/// Asking the CAs when they would like certificates to be renewed.
extension RenewalRound {
    /// Asks the CA about those certificates of which it is time to ask.
    mutating func advised(
        _ looks: [RenewalLook],
        _ authority: CertificateAuthority
    ) async -> [RenewalLook] {
        let start = now(of: authority)
        let asked = looks.indices.filter { index in
            renewal.decide(looks[index].facts, start) == .ask
        }
        guard !asked.isEmpty else { return looks }
        var looks = looks
        let source = source
        var answers: [Int: Result<RenewalInfo?, any Error>] = [:]
        // A CA that has stood in for this one is asked about what it has issued.
        var silences: [CertificateAuthority: any Error] = [:]
        await withTaskGroup(of: (Int, Result<RenewalInfo?, any Error>).self) { group in
            for (count, index) in asked.enumerated() {
                if count >= Self.questionLanes, let (done, answer) = await group.next() {
                    answers[done] = answer
                    let issuer = looks[done].issuer
                    silences[issuer] = silences[issuer] ?? answer.silence
                }
                let look = looks[index]
                // One that answers nobody is not asked ten thousand times.
                if silences[look.issuer] != nil { continue }
                group.addTask { (index, await Self.ask(look, source)) }
            }
            for await (done, answer) in group { answers[done] = answer }
        }
        // By when they came: where asking takes longer than the CA wants to be left alone, the answers are not
        // of the past already.
        let now = now(of: authority)
        for index in asked {
            guard let answer = answers[index] ?? silences[looks[index].issuer].map({ .failure($0) })
            else { continue }
            note(answer, in: &looks[index], at: now)
        }
        return looks
    }

    private static func ask(
        _ look: RenewalLook,
        _ source: any CertificateSource
    ) async -> Result<RenewalInfo?, any Error> {
        guard let current = look.current else { return .success(nil) }
        do {
            return .success(
                try await source.renewalInfo(
                    of: current,
                    from: look.issuer,
                    roots: look.issuerRoots
                )
            )
        } catch {
            return .failure(error)
        }
    }

    private mutating func note(
        _ answer: Result<RenewalInfo?, any Error>,
        in look: inout RenewalLook,
        at now: Date
    ) {
        guard let current = look.current else { return }
        let earlier = look.facts.advice
        // What makes no sense was never learned.
        let isKnown = earlier?.window?.isCredible(for: look.facts.validity) == true
        let news: RenewalAdvice
        switch answer {
        case .success(let info?):
            news = .told(
                start: info.start,
                end: info.end,
                interval: Double(info.interval.components.seconds),
                after: isKnown ? earlier : nil,
                at: now
            )
            tell(info, news, of: look, earlier)
        case .success(nil):
            news = .untold(at: now)
        case .failure(let error):
            news = .unanswered(after: earlier, at: now)
            services.log.info(
                "the CA has not said when to renew",
                ["lineage": "\(look.name)", "reason": Services.reason(of: error)]
            )
        }
        look.facts.advice = news
        advice.note(news, look.name, current.number)
        adviceHasChanged = true
    }

    /// Tells people what they may want to know of the CA's wish.
    private func tell(
        _ info: RenewalInfo,
        _ news: RenewalAdvice,
        of look: RenewalLook,
        _ earlier: RenewalAdvice?
    ) {
        guard let window = news.window else { return }
        if !window.isCredible(for: look.facts.validity) {
            services.log.warning(
                "the CA's window for a renewal makes no sense and counts as none",
                [
                    "lineage": "\(look.name)", "from": info.start.formatted(.iso8601),
                    "to": info.end.formatted(.iso8601),
                ]
            )
        } else if window.isSignal, earlier?.window != window {
            services.log.warning(
                "the CA wants a certificate to be renewed at once",
                ["lineage": "\(look.name)", "see": info.explanation ?? "no explanation"]
            )
        }
    }
}

extension Result<RenewalInfo?, any Error> {
    /// Why there is no answer, where it is of the CA and not of the certificate.
    fileprivate var silence: (any Error)? {
        guard case .failure(let error) = self,
            [.authority, .network].contains(FailureVerdict(error).failureClass)
        else { return nil }
        return error
    }
}
