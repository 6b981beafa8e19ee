import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import PKI
import Platform

/// The key and the request, and the pair for an nginx that has to start before there is an answer.
extension IssueCertificate {
    /// A year: whoever still runs on the bootstrap pair then has noticed.
    private static let bootstrapLifetime: Double = 365 * 86_400

    /// A key, and the request made with it, both durable.
    struct KeyMaterial: Sendable {
        /// `nil` for a request that was made elsewhere.
        let type: KeyType?
        let publicKey: PublicKey
        let request: [UInt8]
        /// The order that an earlier run has made with them.
        var order: WebURL?
        /// When that was made, where that is known.
        var begun: Date?
    }

    /// Takes up what a crash has left, where it is for the same certificate; else begins anew.
    func keyMaterial(
        _ lineage: Lineage,
        _ settings: IssueSettings
    ) throws -> KeyMaterial {
        if let known = try stagedMaterial(lineage, settings) { return known }
        let (key, signingRequest) = try newRequest(settings) { try makeKey(lineage, settings) }
        // Made first: the pair for nginx is put together where the key is staged.
        try bootstrap(lineage, settings)
        try store.stage(key, request: signingRequest, settings: settings.toRemember, for: name)
        return KeyMaterial(
            type: key?.type,
            publicKey: signingRequest.publicKey,
            request: signingRequest.der,
            order: nil
        )
    }

    private func stagedMaterial(
        _ lineage: Lineage,
        _ settings: IssueSettings
    ) throws -> KeyMaterial? {
        guard let pending = lineage.progress.pending,
            pending.settings.sharesOrder(with: settings.toRemember)
        else { return nil }
        let key = try store.stagedKey(pending, of: name)
        let foreign =
            try store.isStagedWithoutKey(pending, of: name) ? settings.signingRequest : nil
        guard let publicKey = key?.publicKey ?? foreign?.publicKey,
            try !isRevoked(publicKey, lineage)
        else { return nil }
        let isAlive = pending.expires.map { $0 > services.clock.now } ?? true
        let order = isAlive ? pending.order.flatMap(WebURL.init) : nil
        if order != nil {
            services.log.notice("going on with an order", ["lineage": "\(name)"])
        }
        return KeyMaterial(
            type: key?.type,
            publicKey: publicKey,
            request: pending.certificateSigningRequest,
            order: order,
            begun: pending.begun
        )
    }

    /// Whether that key's certificate was called back.
    private func isRevoked(_ publicKey: PublicKey, _ lineage: Lineage) throws -> Bool {
        guard lineage.isRevoked, let current = lineage.current else { return false }
        return try store.certificate(of: current).publicKey == publicKey
    }

    /// The key of the next certificate: a new one, unless that of the last is to serve again.
    ///
    /// The key of a certificate that was called back never does.
    private func makeKey(_ lineage: Lineage, _ settings: IssueSettings) throws -> PrivateKey {
        if settings.reusesKey, let current = lineage.current, !lineage.isRevoked,
            let key = try store.privateKey(of: current), key.type == settings.keyType
        {
            return key
        }
        return try PrivateKey.make(settings.keyType)
    }

    /// The request that was made elsewhere, without its key; or one with a key of our own.
    func newRequest(
        _ settings: IssueSettings,
        makeKey: () throws -> PrivateKey
    ) throws -> (key: PrivateKey?, request: CertificateSigningRequest) {
        if let foreign = settings.signingRequest { return (nil, foreign) }
        let key = try makeKey()
        let own = try CertificateSigningRequest(
            dnsNames: request.names.dnsNames,
            ipAddresses: request.names.ipAddresses,
            key: key
        )
        return (key, own)
    }

    /// Lets nginx start while there is no certificate yet; a certificate without a key is not for
    /// nginx.
    func bootstrap(_ lineage: Lineage, _ settings: IssueSettings) throws {
        guard lineage.current == nil, settings.signingRequest == nil,
            try !store.isPublished(name)
        else { return }
        let pair = try store.bootstrap(of: name) ?? makeBootstrap()
        if deploys { try store.publish(pair, of: name) }
    }

    private func makeBootstrap() throws -> StoredCertificate {
        let now = services.clock.now
        let key = try PrivateKey.make(.p256)
        let certificate = try SelfSignedCertificate.make(
            dnsNames: request.names.dnsNames,
            ipAddresses: request.names.ipAddresses,
            key: key,
            serial: Array(key.publicKey.fingerprint.prefix(8)),
            notBefore: now.addingTimeInterval(-3600),
            notAfter: now.addingTimeInterval(Self.bootstrapLifetime)
        )
        return try store.commitBootstrap(key, certificate, for: name)
    }
}
