/// A certificate that has been put before its readers, as a hook is told of it.
package struct DeployedCertificate: Equatable, Sendable {
    package let lineage: String
    package let names: [String]
    /// Absolute paths of the generation that was committed; no key where somebody else keeps it.
    package let privateKey: String?
    package let certificate: String
    package let chain: String
    package let fullChain: String
    /// The file that nginx includes; `nil` where nginx can do nothing without the key.
    package let include: String?
    /// The link to the current generation.
    package let live: String

    package init(
        lineage: String,
        names: [String],
        privateKey: String?,
        certificate: String,
        chain: String,
        fullChain: String,
        include: String?,
        live: String
    ) {
        self.lineage = lineage
        self.names = names
        self.privateKey = privateKey
        self.certificate = certificate
        self.chain = chain
        self.fullChain = fullChain
        self.include = include
        self.live = live
    }

    /// What a hook finds in its environment; the last two make certbot's deploy hooks work.
    var variables: [String: String] {
        var variables = [
            "CERTCTL_NAMES": names.joined(separator: " "),
            "CERTCTL_CERT": certificate,
            "CERTCTL_CHAIN": chain,
            "CERTCTL_FULLCHAIN": fullChain,
            "RENEWED_LINEAGE": live,
            "RENEWED_DOMAINS": names.joined(separator: " "),
        ]
        variables["CERTCTL_PRIVKEY"] = privateKey
        variables["CERTCTL_NGINX_INCLUDE"] = include
        return variables
    }
}
