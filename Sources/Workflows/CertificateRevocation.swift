package import ACME
import ACMEClient
import CertificateStore
import Diagnostics
import HTTP
package import PKI

/// `certctl revoke`: has the CA call a certificate back.
///
/// Source: RFC 8555 §7.6.
package struct CertificateRevocation: Sendable {
    /// A certificate that is not in the store.
    package struct ForeignCertificate: Sendable {
        package let certificate: Certificate
        package let authority: CertificateAuthority
        package let roots: AuthorityRoots?

        package init(
            certificate: Certificate,
            authority: CertificateAuthority,
            roots: AuthorityRoots?
        ) {
            self.certificate = certificate
            self.authority = authority
            self.roots = roots
        }
    }

    /// What came of it.
    package struct Outcome: Equatable, Sendable {
        /// In hexadecimal digits.
        package let serial: String
        package let reason: RevocationReason?
        /// Whether it had been called back before.
        package let wasRevoked: Bool
    }

    private let services: Services
    private let reason: RevocationReason?

    /// Prepares the workflow; nothing is touched yet.
    package init(_ services: Services, reason: RevocationReason?) {
        self.services = services
        self.reason = reason
    }

    /// Calls back the current certificate of the lineage named `text`.
    ///
    /// Signed by the account that it was ordered by, or with the certificate's own key.
    package func run(lineage text: String, byKey: Bool) async throws -> Outcome {
        let store = services.store
        let name = try store.existingLineage(text).name
        let lock = try await services.lock("\(name)") { try store.lock(name) }
        defer { withExtendedLifetime(lock) {} }
        let lineage = try store.lineage(name)
        let general = try SettingsLoader(services).load()
        guard let current = lineage.current,
            let issuer = lineage.settings.flatMap(general.issuer)
        else {
            throw WorkflowError.noCertificate(lineage: "\(name)", reason: "it has no certificate")
        }
        let key = try byKey ? store.privateKey(of: current) : nil
        guard !byKey || key != nil else {
            throw WorkflowError.keyNotHere(lineage: "\(name)")
        }
        let outcome = try await revoke(
            try store.certificate(of: current),
            issuer.authority,
            roots: issuer.roots.map(AuthorityRoots.file),
            key: key
        )
        try store.lookSoon(at: name)
        try store.journal(name).append(.revoked(current.number, reason: reason?.name))
        services.note(.revoked, name, "generation \(current.number), serial \(outcome.serial)")
        return outcome
    }

    /// Calls back a certificate that is not in the store, with its own key or by the account.
    package func run(_ foreign: ForeignCertificate, key: PrivateKey?) async throws -> Outcome {
        let outcome = try await revoke(
            foreign.certificate,
            foreign.authority,
            roots: foreign.roots,
            key: key
        )
        try await noteOwn(foreign.certificate)
        return outcome
    }

    /// A file may be a copy of what is in the store, or a certificate for a key that is.
    private func noteOwn(_ certificate: Certificate) async throws {
        let store = services.store
        for name in try store.lineageNames() {
            guard let current = try store.lineage(name).current,
                try isConcerned(store.certificate(of: current), by: certificate)
            else { continue }
            let lock = try await services.lock("\(name)") { try store.lock(name) }
            defer { withExtendedLifetime(lock) {} }
            try store.lookSoon(at: name)
            try store.journal(name).append(.revoked(current.number, reason: reason?.name))
            services.note(.revoked, name, "generation \(current.number), by its file")
            services.log.notice("that is in use here; issue it again", ["lineage": "\(name)"])
        }
    }

    /// Whether that certificate is the one that was called back, or has its compromised key.
    private func isConcerned(_ own: Certificate, by revoked: Certificate) -> Bool {
        own == revoked || reason == .keyCompromise && own.publicKey == revoked.publicKey
    }

    private func revoke(
        _ certificate: Certificate,
        _ authority: CertificateAuthority,
        roots: AuthorityRoots?,
        key: PrivateKey?
    ) async throws -> Outcome {
        let accepted = authority.traits.revocationReasons
        if let reason, !accepted.contains(reason) {
            throw WorkflowError.reasonNotAccepted(
                reason.name,
                authority: authority.folder,
                accepted: accepted.map(\.name)
            )
        }
        let manager = try ManageAccount(
            services,
            authority: authority,
            roots: roots,
            request: AccountRequest(agreesToTerms: { _ in false })
        )
        let request = RevokeCertificate(certificate: certificate.der, reason: reason)
        let isDone: Bool
        if let key {
            let connection = try await manager.connect()
            let session = Session(connection.client, directory: connection.directory, key: key)
            isDone = try await session.revoke(request, by: .certificateKey)
        } else {
            isDone = try await manager.openExisting().session.revoke(request, by: .account)
        }
        return Outcome(
            serial: certificate.serialText,
            reason: reason,
            wasRevoked: !isDone
        )
    }
}
