import CertificateStore
import Diagnostics
import FoundationEssentials
import PKI
import Platform
import Settings

/// What there is to say of what was seen.
extension WatchCertificates {
    /// What there is beside the lineage that is looked at.
    private struct Known {
        let lineages: [WatchedLineage]
        /// The names of sites that have no certificate yet.
        let waiting: Set<String>
        let memory: WatchMemory
    }

    /// Compares what was seen with what is stored; of lineages that were not asked about, what was seen
    /// before stays.
    ///
    /// `waiting` are the names of sites that have no certificate yet; `unknown` are lineages of which nobody
    /// knows where to look for them.
    func judge(
        _ sightings: Sightings,
        _ lineages: [WatchedLineage],
        _ memory: WatchMemory,
        waiting: Set<String>,
        asked: [LineageName]?,
        unknown: Set<String>
    ) -> [Observation] {
        let now = services.clock.now
        let known = Known(lineages: lineages, waiting: waiting, memory: memory)
        let answers = Dictionary(grouping: sightings.answers, by: \.question.lineage)
        var all = sightings.lost
        for lineage in lineages {
            let name = lineage.name
            let isUnknown = unknown.contains("\(name)")
            let isAsked = !isUnknown && asked?.contains(name) ?? true
            let pending = memory.pending(name)
            let served =
                isAsked
                ? (answers[name] ?? []).flatMap { judge($0, lineage, pending, known) }
                : memory.served(["\(name)"])
            // What is not looked at is not relied on either.
            let isServedSeen =
                !isUnknown
                && served.contains { seen in
                    seen.notAfter != nil && seen.notAfter == lineage.current?.manifest.notAfter
                }
            let own = lineage.observations(
                pending: pending,
                isServedSeen: isServedSeen,
                isAsked: answers[name] != nil,
                now: now
            )
            all +=
                own + (isUnknown ? memory.unwatched("\(name)") : [])
                + served.sorted {
                    ($0.name ?? "", $0.address ?? "") < ($1.name ?? "", $1.address ?? "")
                }
        }
        return all
    }

    private func judge(
        _ answer: ServedAddresses.Answer,
        _ lineage: WatchedLineage,
        _ pending: Observation?,
        _ known: Known
    ) -> [Observation] {
        guard let expectation = lineage.expectation(pending, now: services.clock.now) else {
            return []
        }
        let waits = known.waiting.contains(answer.question.name)
        let lost = answer.failures.map { place, failure in
            let judgement = ServedJudgement(failure, expectation)
            return observation(answer, place.host.map { _ in "\(place)" }, judgement)
        }
        let rest =
            answer.isCutShort
            ? [observation(answer, nil, ServedJudgement(cutShort: expectation))] : []
        return lost + rest
            + answer.sightings.map { sighting in
                let address = sighting.address
                switch sighting.result {
                case .success(let chain):
                    return judge(answer, address, chain, lineage, known, expectation)
                case .failure(let failure):
                    let judgement = ServedJudgement(failure, expectation)
                    let excused =
                        address.isIPv6 && answer.hasWay(to: sighting.host)
                        ? judgement.excusingMissingRoute : judgement
                    return observation(
                        answer,
                        address.description,
                        waits ? excused.excusingMissingCertificate : excused
                    )
                }
            }
    }

    private func judge(
        _ answer: ServedAddresses.Answer,
        _ address: SocketAddress,
        _ chain: [[UInt8]],
        _ lineage: WatchedLineage,
        _ known: Known,
        _ expectation: ServedJudgement.Expectation
    ) -> Observation {
        let name = lineage.name
        let presented: CertificateChain
        do {
            presented = try CertificateChain(presented: chain)
        } catch {
            let reason = error.diagnosis.why.harmless(limit: 300)
            let judgement = ServedJudgement(unreadable: reason)
            return observation(answer, address.description, judgement)
        }
        var expectation = expectation
        // What cannot be read is not ours, and cannot be missed: the lineage is told as unreadable.
        expectation.served = try? store.generation(of: presented.leaf, name)
        if let served = expectation.served {
            expectation.issuers = (try? store.issuers(of: served, name)) ?? []
        } else if let other = other(than: lineage, with: presented.leaf, known.lineages) {
            let isForgotten = lineage.isInSettings == false && other.isInSettings == true
            expectation.substitute = .init(
                name: other.name,
                forgotten: isForgotten ? name : nil
            )
            expectation.issuers =
                other.current.flatMap { try? store.issuers(of: $0.number, other.name) } ?? []
        } else if !lineage.isLost {
            expectation.wasOurs = known.memory.wasOurs(
                name,
                host: answer.question.name,
                at: address.description,
                notAfter: presented.leaf.notAfter
            )
        }
        let judgement = ServedJudgement(
            presented,
            for: ProbedHost.of(answer.question.name),
            expectation,
            now: services.clock.now
        )
        return observation(
            answer,
            address.description,
            judgement,
            notAfter: presented.leaf.notAfter
        )
    }

    /// The other lineage whose current certificate that is, if any.
    private func other(
        than lineage: WatchedLineage,
        with leaf: Certificate,
        _ lineages: [WatchedLineage]
    ) -> WatchedLineage? {
        lineages.first { other in
            guard other.name != lineage.name, let current = other.current,
                current.manifest.notAfter == leaf.notAfter
            else { return false }
            return (try? store.generation(of: leaf, other.name)) == current.number
        }
    }

    private func observation(
        _ answer: ServedAddresses.Answer,
        _ address: String?,
        _ judgement: ServedJudgement,
        notAfter: Date? = nil
    ) -> Observation {
        Observation(
            lineage: "\(answer.question.lineage)",
            name: answer.question.name,
            address: address,
            state: judgement.state,
            level: judgement.level,
            message: judgement.message.harmless(limit: 1000),
            notAfter: notAfter,
            since: services.clock.now
        )
    }
}

extension CertificateChain {
    /// Reads what a server presents, the leaf first.
    ///
    /// What comes after the leaf and cannot be read vouches for nothing.
    fileprivate init(presented: [[UInt8]]) throws(PKIError) {
        var certificates: [Certificate] = []
        for pem in presented {
            guard let block = try PEM.blocks(in: pem).first else { throw .noCertificate }
            do throws(PKIError) {
                certificates.append(try Certificate(der: block.content))
            } catch {
                guard !certificates.isEmpty else { throw error }
            }
        }
        guard let leaf = certificates.first else { throw .noCertificate }
        self.init(leaf: leaf, issuers: Array(certificates.dropFirst()))
    }
}
