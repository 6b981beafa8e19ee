/// What a hook is told.
///
/// `hooks/README.md` is the contract for whoever writes one.
package struct HookEvent: Equatable, Sendable {
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

    /// The arguments after the hook's own path.
    var arguments: [String] { ["deploy", lineage] }

    /// The whole environment; the last two make certbot's deploy hooks work.
    var environment: [String: String] {
        var environment = [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C",
            "CERTCTL_EVENT": "deploy",
            "CERTCTL_LINEAGE": lineage,
            "CERTCTL_NAMES": names.joined(separator: " "),
            "CERTCTL_CERT": certificate,
            "CERTCTL_CHAIN": chain,
            "CERTCTL_FULLCHAIN": fullChain,
            "RENEWED_LINEAGE": live,
            "RENEWED_DOMAINS": names.joined(separator: " "),
        ]
        environment["CERTCTL_PRIVKEY"] = privateKey
        environment["CERTCTL_NGINX_INCLUDE"] = include
        return environment
    }
}
