import ACME
import Synchronization

/// The answers that are served at the moment; any thread may publish and withdraw.
final class AnswerTable: Sendable {
    private struct Entry {
        let token: Token
        var response: ChallengeResponse
        /// How many times it was published and not withdrawn.
        var publications = 1
        var served = 0
    }

    /// What is served, by path.
    ///
    /// A request's path is ASCII and compared as it was sent: exactly one spelling is found.
    private let entries = Mutex<[String: Entry]>([:])
    /// The hosts whose other requests go to https.
    private let redirected = Mutex<Set<String>>([])

    /// Serves `answers` from now on.
    ///
    /// Two orders may share an authorization, so an answer stays until it was withdrawn as often
    /// as it was published.
    func publish(_ answers: [KeyAuthorization]) {
        entries.withLock { entries in
            for answer in answers {
                let response = ChallengeResponse(keyAuthorization: answer.content)
                var entry = Entry(token: answer.token, response: response)
                if let earlier = entries[answer.path] {
                    entry.publications += earlier.publications
                    entry.served = earlier.served
                }
                entries[answer.path] = entry
            }
        }
    }

    /// Takes back one publication of each of `answers`.
    func withdraw(_ answers: [KeyAuthorization]) {
        entries.withLock { entries in
            for answer in answers {
                guard var entry = entries[answer.path] else { continue }
                entry.publications -= 1
                entries[answer.path] = entry.publications > 0 ? entry : nil
            }
        }
    }

    /// How many times the answer for `token` was given since it was published.
    func servedCount(of token: Token) -> Int {
        entries.withLock { entries in
            entries.values.first { $0.token == token }?.served ?? 0
        }
    }

    /// Sends requests for these hosts to https from now on.
    func redirect(_ hosts: [String]) {
        redirected.withLock { $0.formUnion(hosts) }
    }

    /// Appends the response to `request`, which came by way of a proxy or not.
    func append(answerTo request: ChallengeRequest, isProxied: Bool, to output: inout [UInt8]) {
        let response = known(request) ?? (isProxied ? nil : redirect(for: request)) ?? .notFound
        response.append(to: &output, for: request)
    }

    /// The redirect to https of a request that is for one of our hosts and for no challenge.
    private func redirect(for request: ChallengeRequest) -> ChallengeResponse? {
        guard let host = request.hostName, let target = request.redirectable,
            redirected.withLock({ $0.contains(host) })
        else { return nil }
        return ChallengeResponse(redirectTo: host, path: target)
    }

    private func known(_ request: ChallengeRequest) -> ChallengeResponse? {
        guard request.method != .other else { return nil }
        return entries.withLock { entries in
            guard let index = entries.index(forKey: request.path) else { return nil }
            entries.values[index].served += 1
            return entries.values[index].response
        }
    }
}
