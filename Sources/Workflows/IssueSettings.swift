import ACME
import CertificateStore
import FoundationEssentials
import HTTP
import PKI
import Settings

/// How a certificate is issued, with nothing left open.
///
/// What the operator asks for wins over the name's block in certctl.conf, that over what the
/// lineage remembers, that over what certctl.conf says of all, and that over the defaults. A CA that
/// nobody has asked for is remembered once it has issued: until then certctl.conf can be corrected.
struct IssueSettings: Equatable, Sendable {
    let names: [String]
    let authority: CertificateAuthority
    let authorityRoots: String?
    let keyType: KeyType
    let reusesKey: Bool
    let signingRequest: CertificateSigningRequest?
    let profile: String?
    let preferredChain: String?
    let http01: HTTP01Settings
    /// Whether a block of certctl.conf is about the lineage, or was when a person asked for it last.
    private let isConfigured: Bool
    /// Whether nobody has asked for ``authority``.
    private let isAuthorityAssumed: Bool
    /// What is remembered of the usual CA, where ``authority`` stands in for it.
    private let substituted: LineageSettings?
    /// The CA that has stood in for ``authority`` the last time.
    private let substitute: String?

    /// Resolves `request` for a lineage that may have been issued before.
    ///
    /// - Parameters:
    ///   - request: What the operator asks for.
    ///   - block: What certctl.conf says of the lineage.
    ///   - remembered: How the lineage was issued before, or was to be.
    ///   - isIssued: Whether it was issued.
    ///   - general: What certctl.conf says of all.
    init(
        _ request: IssueRequest,
        block: CertificateSettings? = nil,
        remembered: LineageSettings?,
        isIssued: Bool = true,
        general: Settings = Settings()
    ) {
        names = request.names.map(\.value)
        let wasConfigured = request.outdated != nil && remembered?.isConfigured ?? false
        isConfigured = block != nil || wasConfigured
        // A remembered value of a newer version that this one cannot read counts as none.
        let former = remembered.flatMap { CertificateAuthority($0.authority) }
        let isOpen = remembered?.isAuthorityOpen(isIssued: isIssued) ?? true
        let known = isOpen ? nil : former
        let authority =
            request.authority ?? block?.authority?.authority ?? known ?? general.authority?
            .authority
            ?? .standard
        self.authority = authority
        isAuthorityAssumed =
            request.authority == nil && request.authorityRoots == nil && block?.authority == nil
            && (known == nil || remembered?.isAuthorityAssumed ?? false)
        substituted = request.isSubstitute && authority != former ? remembered : nil
        // Roots, profiles and chains belong to their CA: those of another one say nothing about this.
        let own = authority == former ? remembered : nil
        substitute = own?.substitute
        let isOfBlock =
            !request.isSubstitute && block?.authority?.authority ?? authority == authority
        let said = general.isAbout(authority) ? general : Settings()
        switch request.authorityRoots {
        case .system: authorityRoots = nil
        case .file(let path): authorityRoots = path
        case nil:
            authorityRoots  // Where they are kept is the host's matter, and may change.
            =
                block?.roots(of: authority) ?? general.roots(of: authority)
                ?? (isOpen ? nil : own?.authorityRoots)
        }
        profile = Self.resolve(
            request.profile,
            (isOfBlock ? block?.profile : nil) ?? own?.profile ?? said.profile
        )
        preferredChain = Self.resolve(
            request.preferredChain,
            (isOfBlock ? block?.preferredChain : nil) ?? own?.preferredChain
                ?? said.preferredChain
        )
        let oldType = remembered.flatMap { KeyType(rawValue: $0.keyType) }
        keyType = request.keyType ?? block?.keyType ?? oldType ?? general.keyType ?? .p256
        signingRequest = Self.signingRequest(request, remembered)
        reusesKey = request.reusesKey ?? block?.reusesKey ?? remembered?.reusesKey ?? false
        http01 = HTTP01Settings(
            mode: request.http01.mode ?? block?.http01
                ?? remembered.flatMap { HTTP01Mode($0.http01) } ?? general.http01 ?? .auto,
            port: request.http01.port ?? remembered?.http01Port ?? HTTP01Settings.standardPort,
            address: Self.resolve(request.http01.address, remembered?.http01Address)
        )
    }

    private static func resolve(_ wish: Wish<String>?, _ otherwise: String?) -> String? {
        wish.map(\.choice) ?? otherwise
    }

    /// A request that was made elsewhere, until a key of our own is asked for.
    private static func signingRequest(
        _ request: IssueRequest,
        _ remembered: LineageSettings?
    ) -> CertificateSigningRequest? {
        if let request = request.signingRequest { return request }
        guard request.keyType == nil, request.reusesKey == nil,
            let der = remembered?.certificateSigningRequest,
            // It was read before it was remembered; one that cannot be now is of another version.
            let known = try? CertificateSigningRequest(reading: Array(der)),
            Set(known.dnsNames) == Set(request.names.dnsNames),
            Set(known.ipAddresses) == Set(request.names.ipAddresses)
        else { return nil }
        return known
    }

    /// What the lineage is to remember.
    var toRemember: LineageSettings {
        var settings = LineageSettings(
            names: names,
            authority: authority.directory.description,
            authorityRoots: authorityRoots,
            keyType: keyType.rawValue,
            http01: http01.mode.description,
            http01Port: http01.port,
            http01Address: http01.address
        )
        settings.profile = profile
        settings.preferredChain = preferredChain
        settings.reusesKey = reusesKey ? true : nil
        settings.isConfigured = isConfigured ? true : nil
        settings.isAuthorityAssumed = isAuthorityAssumed ? true : nil
        settings.certificateSigningRequest = signingRequest.map { Data($0.der) }
        if let substituted {
            settings.substitute = settings.authority
            settings.authority = substituted.authority
            settings.authorityRoots = substituted.authorityRoots
            settings.profile = substituted.profile
            settings.preferredChain = substituted.preferredChain
        }
        return settings
    }

    /// The same where the certificate that there is stays: it is still from whom it is from.
    var toKeep: LineageSettings {
        if let substituted { return substituted }
        var settings = toRemember
        settings.substitute = substitute
        return settings
    }

    /// The type that a certificate's key has to have, as manifests tell it.
    var expectedKeyType: String {
        signingRequest == nil ? keyType.rawValue : Manifest.foreignKeyType
    }
}
