package import Nginx

/// What certctl does to users' own files for one certificate, in memory.
package struct InPlace: Sendable {
    package static let pair = "/tls/nginx/a.test.conf"
    package static let challenge = "/etc/nginx/certctl/challenge.inc"
    package static let tlsSettings = "/etc/nginx/certctl/tls.inc"
    private static let added: [String: [UInt8]] = [
        pair: Array("ssl_certificate /tls/a.pem;\nssl_certificate_key /tls/a.key;\n".utf8),
        challenge: Array("location ^~ /.well-known/acme-challenge/ { return 200 ours; }\n".utf8),
        tlsSettings: Array("ssl_protocols TLSv1.2 TLSv1.3;\n".utf8),
    ]

    package var names = ["a.test"]
    package var redirects = false

    package init(names: [String] = ["a.test"], redirects: Bool = false) {
        self.names = names
        self.redirects = redirects
    }

    package var setCertificate: SetCertificate {
        SetCertificate(names: names, pair: Self.pair, tlsSettings: Self.tlsSettings)
    }
    package var addChallengeLocation: AddChallengeLocation {
        AddChallengeLocation(names: names, snippet: Self.challenge)
    }
    package var redirectToHTTPS: RedirectToHTTPS { RedirectToHTTPS(names: names) }

    /// Plans and applies all of it.
    ///
    /// - Throws: The first ``EditRefusal``; ``ConfigurationError``.
    package func run(on configuration: Configuration) throws -> EditSession {
        var session = EditSession(configuration)
        try session.apply(setCertificate.plan(in: configuration), adding: Self.added)
        try session.apply(
            addChallengeLocation.plan(in: session.configuration),
            adding: Self.added
        )
        if redirects {
            try session.apply(redirectToHTTPS.plan(in: session.configuration))
        }
        return session
    }
}
