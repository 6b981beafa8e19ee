package import ACME
package import PKI

/// A certificate that there is to be, and what is to be otherwise with it than with others.
package struct CertificateSettings: Equatable, Sendable {
    /// At least one, without repetition, in the order of the file.
    package var names: [Identifier]
    /// The lineage's name, where it is not that of the first host.
    package var lineage: String?
    package var authority: AuthoritySettings?
    package var keyType: KeyType?
    package var profile: String?
    package var preferredChain: String?
    package var reusesKey: Bool?
    package var http01: HTTP01Mode?
    /// What to run when there is a new certificate, in this order.
    package var deployHooks: [DeployHook] = []
    /// Where it is looked for; `nil` for port 443 of its names.
    package var watch: WatchSettings?

    /// A certificate for `names` that is like all others.
    package init(names: [Identifier]) {
        self.names = names
    }

    /// A program with its arguments; no shell reads them.
    package struct DeployHook: Equatable, Sendable {
        /// By absolute path.
        package let executable: String
        package let arguments: [String]

        package init(executable: String, arguments: [String]) {
            self.executable = executable
            self.arguments = arguments
        }
    }
}
