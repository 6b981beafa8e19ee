package import FoundationEssentials
package import HTTP

/// When the CA would like a certificate to be renewed.
///
/// Source: RFC 9773 §4.2.
package struct RenewalInfo: Equatable, Sendable {
    /// How long an answer is good for where the CA does not say.
    ///
    /// Source: RFC 9773 §4.3.
    private static let standardInterval: Duration = .seconds(6 * 3600)
    /// Less would be hammering the CA, more would miss a mass revocation.
    private static let intervals: ClosedRange<Duration> = .seconds(60) ... .seconds(86_400)

    /// The first moment of the suggested window.
    package let start: Date
    /// The last moment of the suggested window; later than ``start``.
    package let end: Date
    /// A page that tells people why; the CA's text, not harmless.
    package let explanation: String?
    /// How long to wait before asking again: from one minute to a day.
    package let interval: Duration

    /// What a CA has said that is asked by other means; the window is not empty.
    package init(start: Date, end: Date, explanation: String?, interval: Duration) {
        self.start = start
        self.end = end
        self.explanation = explanation
        self.interval = interval
    }

    /// Reads the answer to a GET at `now`.
    ///
    /// - Throws: ``ACMEError/unreadableAnswer(_:excerpt:)``, also for a window that ends before it
    ///   begins: RFC 9773 §4.2 has clients treat that as no answer at all.
    package init(_ response: HTTPResponse, at now: Date) throws(ACMEError) {
        let wire = try response.decoded(as: Wire.self, "renewal information")
        guard let start = Self.date(wire.suggestedWindow.start),
            let end = Self.date(wire.suggestedWindow.end), end > start
        else {
            let window = "\(wire.suggestedWindow.start) to \(wire.suggestedWindow.end)"
            throw .unreadableAnswer("a window of renewal", excerpt: window)
        }
        self.start = start
        self.end = end
        explanation = wire.explanationURL
        let wish = response.retryAfter(from: now) ?? Self.standardInterval
        interval = min(max(wish, Self.intervals.lowerBound), Self.intervals.upperBound)
    }

    /// Where to ask about a certificate.
    ///
    /// - Returns: `nil` where the CA's own URL cannot be made longer.
    package static func url(
        of certificate: CertificateIdentifier,
        at resource: WebURL
    ) -> WebURL? {
        let separator = resource.description.hasSuffix("/") ? "" : "/"
        return WebURL("\(resource)\(separator)\(certificate)")
    }

    private static func date(_ text: String) -> Date? {
        // The error says no more than that it is none.
        try? Date(text, strategy: .iso8601)
    }

    private struct Wire: Decodable {
        var suggestedWindow: Window
        var explanationURL: String?
    }

    private struct Window: Decodable {
        var start: String
        var end: String
    }
}
