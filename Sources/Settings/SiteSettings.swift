/// A site that nginx serves, and its certificate.
package struct SiteSettings: Equatable, Sendable {
    /// What a site needs of nginx.
    package enum Kind: String, CaseIterable, Sendable {
        case app
        case websocket
        case portainer
        case registry
        case `static`
        case redirect
    }

    /// Where requests go.
    package enum Destination: Equatable, Sendable {
        /// To one of several servers; at least one.
        case upstreams([Upstream])
        /// Back to the browser, which is to ask that host (with a port, perhaps) instead.
        case redirect(String)
    }

    /// A path that goes elsewhere than the rest.
    package struct Location: Equatable, Sendable {
        /// A prefix that begins with a slash.
        package let path: String
        package let upstreams: [Upstream]

        package init(path: String, upstreams: [Upstream]) {
            self.path = path
            self.upstreams = upstreams
        }
    }

    package var certificate: CertificateSettings
    package var kind: Kind = .app
    /// Where what no location takes goes; `nil` where only locations or ``raw`` say so.
    package var destination: Destination?
    package var locations: [Location] = []
    package var isCached = false
    package var isCompressed = false
    /// Goes into the server block as it stands.
    package var raw: [UInt8]?
    /// As nginx sees it, which may be in a container.
    package var passwordFile: String?
    /// The first that fits counts.
    package var access: [AccessRule] = []
    /// Whether a registry may be written to by anyone.
    package var isPublic = false
    /// `nil` where the file does not say.
    package var transportSecurity: TransportSecurity?

    /// An app without anything but its certificate.
    package init(certificate: CertificateSettings) {
        self.certificate = certificate
    }
}
