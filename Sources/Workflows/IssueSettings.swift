import ACME
import CertificateStore
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
    let http01: HTTP01Settings

    /// Resolves `request` for a lineage that may have been issued before.
    init(_ request: IssueRequest, remembered: LineageSettings?) {
        names = request.names.map(\.description)
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
        let mode = remembered.flatMap { HTTP01Mode($0.http01) }
        let address: String? =
            switch request.http01.address {
            case .any: nil
            case .only(let address): address
            case nil: remembered?.http01Address
            }
        http01 = HTTP01Settings(
            mode: request.http01.mode ?? mode ?? .auto,
            port: request.http01.port ?? remembered?.http01Port ?? HTTP01Settings.standardPort,
            address: address,
            hosts: request.names
        )
    }

    /// What the lineage is to remember.
    var toRemember: LineageSettings {
        LineageSettings(
            names: names,
            authority: authority.directory.description,
            authorityRoots: authorityRoots,
            keyType: keyType.rawValue,
            http01: http01.mode.description,
            http01Port: http01.port,
            http01Address: http01.address
        )
    }
}
