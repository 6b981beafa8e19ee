package import FoundationEssentials
package import HTTP

/// Decides whether a request that failed is worth sending again, and when.
///
/// Everything in ACME may be sent twice: a resource is read again, an order that the CA made
/// unseen is at worst a spare one, and finalizing twice is answered with `orderNotReady`.
package struct RetryPolicy: Equatable, Sendable {
    /// What to do about an answer or a failure.
    package enum Verdict: Equatable {
        case accept
        case retry(after: Duration)
        case fail(ACMEError)
    }

    /// Waits before the second, third and fourth attempt.
    private static let pauses: [Duration] = [.seconds(1), .seconds(2), .seconds(4)]
    /// The longest `Retry-After` that is waited for in the foreground.
    private static let patience: Duration = .seconds(60)

    private var retries = 0

    package init() {}

    /// Judges an answer that is not about nonces.
    package mutating func verdict(on response: HTTPResponse, at now: Date) -> Verdict {
        guard response.status >= 400 else { return .accept }
        let problem = Problem(response)
        // RFC 8555 §6.6 has no status for it.
        let isLimit = response.status == 429 || problem.kind == .rateLimited
        guard isLimit || response.status >= 500 else { return .accept }
        let wished = response.retryAfter(from: now)
        if retries < Self.pauses.count, (wished ?? .zero) <= Self.patience {
            defer { retries += 1 }
            // A limit without a moment is no invitation to ask again.
            if wished != nil || response.status >= 500 {
                return .retry(after: max(wished ?? .zero, Self.pauses[retries]))
            }
        }
        let until = wished.map { now.addingTimeInterval(Double($0.components.seconds)) }
        return .fail(isLimit ? .rateLimited(problem, until: until) : .busy(problem, until: until))
    }

    /// Judges a request that got no answer.
    package mutating func verdict(on failure: TransportFailure, from url: WebURL) -> Verdict {
        guard failure.isTemporary, retries < Self.pauses.count else {
            return .fail(.noAnswer(failure, from: url))
        }
        // Silence has cost up to a minute already: once more is all that anyone waits for.
        if case .timedOut = failure {
            guard retries == 0 else { return .fail(.noAnswer(failure, from: url)) }
        }
        defer { retries += 1 }
        return .retry(after: Self.pauses[retries])
    }
}
