import ACME
import CertificateStore
import Diagnostics
import PKI
import Platform

/// One lineage in a run of deploying.
extension DeployRun {
    /// Points readers at the certificate and runs the lineage's hooks, unless that has all been done.
    ///
    /// With `owesPost`, hooks come after it that have to succeed before it counts as done.
    func deploy(_ attempt: inout DeployAttempt, owesPost: Bool) async {
        do {
            attempt.result = .success(try await outcome(of: &attempt, owesPost: owesPost))
        } catch {
            attempt.result = .failure(error)
        }
    }

    private func outcome(
        of attempt: inout DeployAttempt,
        owesPost: Bool
    ) async throws -> Outcome {
        let (name, certificate) = (attempt.name, attempt.certificate)
        try store.checkKey(of: certificate)
        try services.handOver(certificate, of: name)
        let names = try names(of: certificate, at: store.readable(certificate, of: name))
        let isMoved = try store.publish(certificate, of: name)
        guard isMoved || !attempt.owesPostOnly else {
            return Outcome(generation: certificate.number, hooks: [], wasUnchanged: false)
        }
        let own = try hooks.each(name, names, extra: attempt.record.owedHook)
        try await hooks.run(own, hooks.event(certificate, name, names))
        try checkUntouched(&attempt)
        attempt.record = DeployRecord(name, certificate.number)
        attempt.record.owesPost = owesPost ? true : nil
        try await append(attempt.record)
        clearAway(attempt)
        services.note(
            .deployed,
            name,
            "generation \(certificate.number), \(own.count) \(own.count == 1 ? "hook" : "hooks")",
            isOfDeployment: true
        )
        return Outcome(
            generation: certificate.number,
            hooks: own.map(\.path),
            wasUnchanged: false
        )
    }

    /// What hooks are told the certificate is for, as it says itself: what is written beside it may be
    /// another user's, and so may be what was issued; `files` are those that readers are led to.
    func names(
        of stored: StoredCertificate,
        at files: GenerationFiles? = nil
    ) throws -> [Identifier] {
        let path = (files ?? stored.files).certificate
        let texts = try store.certificate(at: path).names
        guard !texts.isEmpty else { throw StoreError.damaged(path: path, "it is for no name") }
        do {
            return try texts.map { try Identifier($0) }
        } catch let error as DomainNameError {
            throw StoreError.damaged(path: path, error.diagnosis.what)
        }
    }

    /// Refuses what somebody else has made of what was published.
    ///
    /// All hooks are owed again then: what they did was about something else.
    func checkUntouched(_ attempt: inout DeployAttempt) throws {
        guard
            let path = try store.firstDifference(from: attempt.certificate, of: attempt.name)
        else { return }
        attempt.record.owesPost = nil
        throw WorkflowError.changedByHook(lineage: "\(attempt.name)", path: path)
    }

    private func clearAway(_ attempt: DeployAttempt) {
        do {
            let number = attempt.certificate.number
            try store.removeOldGenerations(of: attempt.name, inUse: number)
            try store.takeBack(attempt.name, but: number)
        } catch {
            // The certificate is in use; the next run clears away more.
            services.log.warning(
                "old certificates cannot be removed",
                ["lineage": "\(attempt.name)", "reason": Services.reason(of: error)]
            )
        }
    }
}
