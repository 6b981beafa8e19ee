package import ACME
package import Diagnostics
package import HTTP
package import Platform

/// A certificate authority that can be reached, without an account yet.
package struct ACMEClient: Sendable {
    private static let mostRedirects = 3
    /// Let's Encrypt's directory has 1 KB.
    private static let directoryLimit = 64 * 1024
    private static let renewalInfoLimit = 16 * 1024

    let transport: any Transport
    let clock: any WallClock
    let log: Log

    /// Makes a client that speaks over `transport` and waits on `clock`.
    package init(transport: any Transport, clock: any WallClock, log: Log) {
        self.transport = transport
        self.clock = clock
        self.log = log
    }

    /// Reads the CA's directory.
    ///
    /// Redirects are followed here and nowhere else: only a GET of a public document can be sent
    /// on without harm. Returns too how far the clocks are apart; `nil` where the CA does not say
    /// what time it is.
    package func directory(
        at url: WebURL
    ) async throws -> (directory: Directory, skew: ClockSkew?) {
        var url = url
        for _ in 0...Self.mostRedirects {
            let response = try await get(url, bodyLimit: Self.directoryLimit)
            guard [301, 302, 307, 308].contains(response.status) else {
                guard response.isSuccess else {
                    throw ACMEError.unreadableAnswer(
                        Directory.subject,
                        excerpt: Problem(response).text
                    )
                }
                return (try Directory(response, at: url), skew(response))
            }
            let target = response.headers["location"] ?? "nothing"
            guard let next = WebURL(target, from: url) else {
                throw ACMEError.foreignURL(field: "Location of the directory", value: target)
            }
            url = next
        }
        throw ACMEError.unreadableAnswer(
            Directory.subject,
            excerpt: "a redirect after every redirect"
        )
    }

    /// A wrong clock explains much that goes wrong later.
    private func skew(_ response: HTTPResponse) -> ClockSkew? {
        let skew = ClockSkew(response, at: clock.now)
        if let skew, skew.isSuspect {
            log.warning(
                "this machine's clock and the CA's differ; look with: timedatectl",
                ["the CA is ahead by": "\(Int(skew.seconds)) s"]
            )
        }
        return skew
    }

    /// Asks when the CA would like a certificate to be renewed.
    ///
    /// Returns `nil` for a CA that does not tell. Throws ``ACMEError``; whoever decides about a
    /// renewal must be able to do without the answer.
    ///
    /// Source: RFC 9773 §4.
    package func renewalInfo(
        of certificate: CertificateIdentifier,
        in directory: Directory
    ) async throws -> RenewalInfo? {
        guard let resource = directory.renewalInfo,
            let url = RenewalInfo.url(of: certificate, at: resource)
        else { return nil }
        let response = try await get(url, bodyLimit: Self.renewalInfoLimit)
        guard response.isSuccess else { throw response.refusal }
        return try RenewalInfo(response, at: clock.now)
    }

    /// Sends a request that needs no signature until it is answered or not worth another try.
    private func get(_ url: WebURL, bodyLimit: Int) async throws -> HTTPResponse {
        var retries = RetryPolicy()
        while true {
            let verdict: RetryPolicy.Verdict
            log.debug("reading", ["url": "\(url)"])
            do {
                let response = try await transport.send(
                    HTTPRequest(.get, url, bodyLimit: bodyLimit)
                )
                verdict = retries.verdict(on: response, at: clock.now)
                if verdict == .accept { return response }
            } catch {
                verdict = retries.verdict(on: error, from: url)
            }
            switch verdict {
            case .accept: preconditionFailure("an accepted answer has been returned")
            case .fail(let error): throw error
            case .retry(let delay):
                log.notice("asking again", ["url": "\(url)", "in": "\(delay)"])
                try await clock.sleep(for: delay)
            }
        }
    }
}
