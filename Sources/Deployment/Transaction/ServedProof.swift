package import Diagnostics
import FoundationEssentials
import PKI
package import Platform

/// Sees by TLS handshakes that certificates are served, and not only on disk.
package struct ServedProof: Sendable {
    /// What is to be presented to whoever asks for a name.
    package struct Expectation: Equatable, Sendable {
        /// The name that is asked for (SNI).
        package let host: String
        /// The certificate in DER.
        package let leaf: [UInt8]
        /// Where it is served; `nil` for wherever nginx listens for https.
        package let addresses: [SocketAddress]?

        package init(host: String, leaf: [UInt8], addresses: [SocketAddress]? = nil) {
            self.host = host
            self.leaf = leaf
            self.addresses = addresses
        }
    }

    /// A reload takes tens of milliseconds; a machine that swaps takes longer.
    private static let pauses: [Duration] = [20, 40, 80, 160, 320, 500].map { .milliseconds($0) }
    private static let lanes = 16

    private let probe: any TLSProbing
    private let clock: any WallClock
    private let patience: Duration

    /// - Parameters:
    ///   - probe: Makes the handshakes.
    ///   - clock: Waits between them.
    ///   - patience: How long nginx may take until it serves what it was told to.
    package init(
        probe: any TLSProbing,
        clock: any WallClock,
        patience: Duration = .seconds(15)
    ) {
        self.probe = probe
        self.clock = clock
        self.patience = patience
    }

    /// Returns once every name is served with its certificate at every address.
    ///
    /// With `waits`, what is served otherwise is asked for again for as long as the patience lasts.
    ///
    /// - Throws: ``ServedFault``.
    package func prove(
        _ expectations: [Expectation],
        at addresses: [SocketAddress],
        waits: Bool = true
    ) async throws(ServedFault) {
        guard !addresses.isEmpty || expectations.allSatisfy({ $0.addresses != nil }) else {
            throw ServedFault(sightings: ["nginx listens for https nowhere"])
        }
        let deadline = clock.uptime + Double(patience.components.seconds)
        let questions = expectations.flatMap { expectation in
            (expectation.addresses ?? addresses).map { (expectation, $0) }
        }
        let until = waits ? deadline : -.infinity
        let answers = await withTaskGroup(of: (Int, Answer).self) { group in
            var answers: [Int: Answer] = [:]
            for (index, question) in questions.enumerated() {
                if index >= Self.lanes, let (done, answer) = await group.next() {
                    answers[done] = answer
                }
                group.addTask { (index, await answer(question.0, question.1, until: until)) }
            }
            for await (done, answer) in group { answers[done] = answer }
            return answers
        }
        let faults = questions.indices.compactMap { index -> String? in
            guard let answer = answers[index], case .other(let sighting, let isExcused) = answer,
                !(isExcused && isServed(questions[index].0.host, questions, answers))
            else { return nil }
            let (expectation, address) = questions[index]
            return "\(expectation.host) at \(address): \(sighting)"
        }
        guard faults.isEmpty else { throw ServedFault(sightings: Array(faults)) }
    }

    private enum Answer {
        case expected
        /// Something else; it is excused where another address serves the name, since this machine has
        /// no way to this one.
        case other(String, isExcused: Bool)
    }

    private func isServed(
        _ host: String,
        _ questions: [(Expectation, SocketAddress)],
        _ answers: [Int: Answer]
    ) -> Bool {
        questions.indices.contains { index in
            guard questions[index].0.host == host, case .expected? = answers[index] else {
                return false
            }
            return true
        }
    }

    private func answer(
        _ expectation: Expectation,
        _ address: SocketAddress,
        until deadline: TimeInterval
    ) async -> Answer {
        var attempt = 0
        while true {
            let answer = await look(expectation, address)
            guard case .other = answer, clock.uptime < deadline else { return answer }
            let pause = Self.pauses[min(attempt, Self.pauses.count - 1)]
            attempt += 1
            // Whoever cancels wants no more waiting, and gets what was seen last.
            do { try await clock.sleep(for: pause) } catch { return answer }
        }
    }

    private func look(_ expectation: Expectation, _ address: SocketAddress) async -> Answer {
        let chain: [[UInt8]]
        do throws(TLSProbeFailure) {
            chain = try await probe.presentedChain(for: expectation.host, at: address)
        } catch {
            return .other(error.reason, isExcused: address.isIPv6 && error == .noRoute)
        }
        do throws(PKIError) {
            guard let first = chain.first, let leaf = try PEM.blocks(in: first).first else {
                return .other("it presents no certificate", isExcused: false)
            }
            if leaf.content == expectation.leaf { return .expected }
            let other = try Certificate(der: leaf.content)
            let names = other.names.prefix(3).joined(separator: " ").harmless(limit: 200)
            let until = other.notAfter.formatted(.iso8601)
            return .other(
                "another certificate: serial \(other.serialText), for \(names), until \(until)",
                isExcused: false
            )
        } catch {
            return .other(error.diagnosis.why.harmless(limit: 200), isExcused: false)
        }
    }
}

/// What is served in place of what should be.
package struct ServedFault: Error, Equatable, Sendable {
    /// More would be read by nobody.
    fileprivate static let mostShown = 5

    /// One for each name and address.
    package let sightings: [String]
}

extension ServedFault: Diagnosable {
    package var diagnosis: Diagnosis {
        let shown = sightings.prefix(Self.mostShown).joined(separator: "; ")
        let rest = sightings.count - Self.mostShown
        let more = rest > 0 ? "; and \(rest) more" : ""
        return Diagnosis(
            what: "the new certificate is not served",
            why: shown + more,
            fix: "look at nginx's log, and at who else listens at that address",
            exitCode: .deployment
        )
    }
}
