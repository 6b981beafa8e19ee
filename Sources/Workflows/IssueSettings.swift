import ACME
import CertificateStore
import FoundationEssentials
import HTTP
import PKI
import Settings

/// How a certificate is issued, with nothing left open.
///
/// What the operator asks for wins over what the lineage remembers, and that over the defaults.
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

    /// Resolves `request` for a lineage that may have been issued before.
    init(_ request: IssueRequest, remembered: LineageSettings?) {
        names = request.names.map(\.value)
        // A remembered value of a newer version that this one cannot read counts as none.
        let known = remembered.flatMap { CertificateAuthority($0.authority) }
        authority = request.authority ?? known ?? .standard
        // Roots belong to their CA: those of another one say nothing about this.
        let isSameAuthority = authority == known
        switch request.authorityRoots {
        case .system: authorityRoots = nil
        case .file(let path): authorityRoots = path
        case nil: authorityRoots = isSameAuthority ? remembered?.authorityRoots : nil
        }
        keyType = request.keyType ?? remembered.flatMap { KeyType(rawValue: $0.keyType) } ?? .p256
        signingRequest = Self.signingRequest(request, remembered)
        reusesKey = request.reusesKey ?? remembered?.reusesKey ?? false
        // Profiles and chains are the CA's own, too.
        profile = Self.resolve(request.profile, isSameAuthority ? remembered?.profile : nil)
        preferredChain = Self.resolve(
            request.preferredChain,
            isSameAuthority ? remembered?.preferredChain : nil
        )
        http01 = HTTP01Settings(
            mode: request.http01.mode ?? remembered.flatMap { HTTP01Mode($0.http01) } ?? .auto,
            port: request.http01.port ?? remembered?.http01Port ?? HTTP01Settings.standardPort,
            address: Self.resolve(request.http01.address, remembered?.http01Address)
        )
    }

    private static func resolve(_ wish: Wish<String>?, _ remembered: String?) -> String? {
        wish.map(\.choice) ?? remembered
    }

    /// A request that was made elsewhere, until a key of our own is asked for.
    private static func signingRequest(
        _ request: IssueRequest,
        _ remembered: LineageSettings?
    ) -> CertificateSigningRequest? {
        if let request = request.signingRequest { return request }
        guard request.keyType == nil, request.reusesKey == nil,
            let der = remembered?.certificateSigningRequest,
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
        settings.certificateSigningRequest = signingRequest.map { Data($0.der) }
        return settings
    }

    /// The type that a certificate's key has to have, as manifests tell it.
    var expectedKeyType: String {
        signingRequest == nil ? keyType.rawValue : Manifest.foreignKeyType
    }
}
