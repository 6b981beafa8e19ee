import Nginx

/// How TLS is spoken: Mozilla's intermediate profile.
///
/// Source: Mozilla, Server Side TLS guidelines 6.0.
enum TLSProfile {
    private static let curves: Term = "X25519:prime256v1:secp384r1"
    private static let hybridCurves: Term = "X25519MLKEM768:X25519:prime256v1:secp384r1"
    private static let ciphers: Term = """
        ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:\
        ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305
        """

    /// The directives for an nginx, in `http` or in a server.
    static func items(for build: NginxBuild) -> [Item] {
        var items: [Item] = [
            .line("ssl_protocols", "TLSv1.2", "TLSv1.3"),
            .line("ssl_ciphers", ciphers),
            .line("ssl_prefer_server_ciphers", "off"),
        ]
        if let curves = curves(for: build.library) { items.append(.line("ssl_ecdh_curve", curves)) }
        items += [
            .line("ssl_session_timeout", "1d"),
            .line("ssl_session_cache", "shared:certctl_tls:10m"),
        ]
        if !build.isAtLeast(1, 23, 2) {
            // From then on nginx changes the keys of tickets by itself.
            items.append(.line("ssl_session_tickets", "off"))
        }
        return items
    }

    /// A curve that the library does not know keeps nginx from starting.
    private static func curves(for library: NginxBuild.TLSLibrary?) -> Term? {
        guard case .openSSL(let version) = library, version >= DottedVersion([1, 1]) else {
            return nil
        }
        return version >= DottedVersion([3, 5]) ? hybridCurves : curves
    }
}
