package import PKI

/// What certctl.conf says; everything is `nil` or empty where it says nothing.
package struct Settings: Equatable, Sendable {
    /// Where CAs may write to.
    package var email: EmailAddress?
    package var authority: AuthoritySettings?
    /// The CA to ask when ``authority`` fails.
    package var fallback: AuthoritySettings?
    package var keyType: KeyType?
    package var http01: HTTP01Mode?
    /// The group of an nginx whose master is not root, as a number of this host.
    package var tlsGroup: UInt32?
    /// The common name of the root, or of an issuer, of the chain to take.
    package var preferredChain: String?
    package var profile: String?
    package var proxy: ProxySettings?
    /// In the order of the file.
    package var sites: [SiteSettings] = []
    /// Certificates without a site, in the order of the file.
    package var certificates: [CertificateSettings] = []

    /// Settings that say nothing, as where there is no file.
    package init() {}
}
