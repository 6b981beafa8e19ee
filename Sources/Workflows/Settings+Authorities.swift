import ACME
import CertificateStore
import Settings

/// What certctl.conf says of one CA or one certificate.
extension Settings {
    /// Whether the profile and the chain that are named for all are names of that CA's.
    func isAbout(_ authority: CertificateAuthority) -> Bool {
        authority == self.authority?.authority ?? .standard
    }

    /// The roots to trust when that CA is spoken to.
    func roots(of authority: CertificateAuthority) -> String? {
        settings(of: authority)?.roots
    }

    /// The same, or those that a lineage remembers where it remembers that CA.
    func roots(of authority: CertificateAuthority, or remembered: LineageSettings) -> String? {
        if let roots = roots(of: authority) { return roots }
        guard let roots = remembered.authorityRoots,
            authority == CertificateAuthority(remembered.authority)
        else { return nil }
        return roots
    }

    /// The CA that a lineage's certificate is from, and the roots to trust when that is asked; `nil` for
    /// one that a newer version has remembered and this one cannot read.
    func issuer(
        of remembered: LineageSettings
    ) -> (authority: CertificateAuthority, roots: String?)? {
        guard let issuer = CertificateAuthority(remembered.issuing) else { return nil }
        let isOther = remembered.substitute != nil
        return (issuer, isOther ? roots(of: issuer) : remembered.authorityRoots)
    }

    /// What is said of that CA, whether it is asked first or when another fails.
    func settings(of authority: CertificateAuthority) -> AuthoritySettings? {
        [self.authority, fallback].compactMap(\.self).first { $0.authority == authority }
    }

    /// The blocks of sites, and of certificates alone.
    private var blocks: [CertificateSettings] { sites.map(\.certificate) + certificates }

    /// The block of a lineage.
    func block(of lineage: LineageName) -> CertificateSettings? {
        blocks.first { $0.lineageName == lineage }
    }

    /// The block that a lineage for these names is ordered by: its own, or else the one in which its first name
    /// stands.
    func block(of lineage: LineageName, for names: [String]) -> CertificateSettings? {
        if let own = block(of: lineage) { return own }
        guard !blocks.isEmpty, let first = names.first else { return nil }
        return (try? Identifier(first)).flatMap(block(naming:))
    }

    /// The block for exactly these names, in whatever order.
    func block(of names: [Identifier]) -> CertificateSettings? {
        blocks.first { Set($0.names) == Set(names) }
    }

    /// The block in which a name stands: it can stand in one only.
    func block(naming name: Identifier) -> CertificateSettings? {
        blocks.first { $0.names.contains(name) }
    }

    /// What is said of the account with a CA, where the operator says nothing.
    func completing(
        _ request: AccountRequest,
        with authority: CertificateAuthority,
        block: CertificateSettings? = nil
    ) -> AccountRequest {
        var request = request
        request.email = request.email ?? email?.description
        let own = block?.authority.flatMap { $0.authority == authority ? $0 : nil }
        request.binding = request.binding ?? (own ?? settings(of: authority))?.externalAccount
        return request
    }

    /// The CA that the next certificate of a lineage is ordered from: the one that the block names, the general
    /// one as long as none has issued, or else the one that has; `nil` where nothing tells.
    func nextAuthority(of lineage: Lineage) -> CertificateAuthority? {
        let block = block(of: lineage.name, for: lineage.settings?.names ?? [])
        if let wanted = block?.authority?.authority { return wanted }
        guard let settings = lineage.settings else { return nil }
        if settings.isAuthorityOpen(isIssued: lineage.isIssued) {
            return authority?.authority ?? .standard
        }
        return CertificateAuthority(settings.authority)
    }
}

extension LineageSettings {
    /// Whether certctl.conf still decides which CA is asked: nobody has named one for this lineage, and none
    /// has issued.
    func isAuthorityOpen(isIssued: Bool) -> Bool { !isIssued && isAuthorityAssumed ?? false }
}

extension Lineage {
    /// Whether there has been a certificate.
    var isIssued: Bool { current != nil || progress.committed != nil }
}

extension CertificateSettings {
    /// The name of the lineage that the block is about.
    var lineageName: LineageName? {
        if let lineage { return LineageName(lineage) }
        return names.first.flatMap { LineageName.usual(for: $0.value) }
    }

    /// The roots that the block names for that CA.
    func roots(of authority: CertificateAuthority) -> String? {
        self.authority.flatMap { $0.authority == authority ? $0.roots : nil }
    }
}
