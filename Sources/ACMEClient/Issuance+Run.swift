package import ACME
package import FoundationEssentials
package import HTTP
import Platform

/// What an issuance ends in: chains for one certificate, as the CA sent them and not checked yet.
package struct IssuedChains: Sendable {
    /// The CA's choice, in PEM.
    package let pem: [UInt8]
    /// The others, where they were wanted; each in PEM.
    package let alternates: [[UInt8]]
}

/// What the driver of an ``Issuance`` leaves to its caller.
package struct IssuanceDelegate: Sendable {
    /// Makes an order outlive a crash before it returns.
    package var record: @Sendable (_ order: WebURL, _ expires: Date?) throws -> Void
    /// Serves the answers from its return on.
    package var present: @Sendable ([KeyAuthorization]) async throws -> Void
    /// Learns of each step.
    package var progress: @Sendable (Issuance.Step) -> Void

    package init(
        record: @escaping @Sendable (_ order: WebURL, _ expires: Date?) throws -> Void,
        present: @escaping @Sendable ([KeyAuthorization]) async throws -> Void,
        progress: @escaping @Sendable (Issuance.Step) -> Void
    ) {
        self.record = record
        self.present = present
        self.progress = progress
    }
}

extension Session {
    /// Performs what an ``Issuance`` asks for; every decision is the machine's.
    ///
    /// Throws ``ACMEError`` and whatever `delegate` throws.
    package func run(
        _ start: Issuance,
        _ delegate: IssuanceDelegate
    ) async throws -> IssuedChains {
        var issuance = start
        var action = issuance.start()
        while true {
            delegate.progress(issuance.step)
            switch action {
            case .post(let posts):
                let responses = try await postAll(posts)
                action = issuance.received(responses, at: client.clock.now)
            case .postOptional(let posts):
                action = issuance.received(optional: await postAny(posts))
            case .record(let order, let expires):
                try delegate.record(order, expires)
                action = issuance.recorded()
            case .present(let answers):
                try await delegate.present(answers)
                action = issuance.presented()
            case .wait(let delay):
                try await client.clock.sleep(for: delay)
                action = issuance.waited()
            case .finish(let pem, let alternates):
                return IssuedChains(pem: pem, alternates: alternates)
            case .fail(let error):
                throw error
            }
        }
    }

    /// Orders a certificate with the nonces for its authorizations fetched meanwhile.
    package func issue(
        _ issuance: Issuance,
        _ delegate: IssuanceDelegate
    ) async throws -> IssuedChains {
        async let prefetched: Void = prefetchNonces(for: issuance.plan.names.count)
        let chains = try await run(issuance, delegate)
        await prefetched
        return chains
    }
}
