import CertificateStore
import FoundationEssentials
import Platform
import Settings

/// Asking servers what they present.
extension WatchCertificates {
    /// What was seen outside.
    struct Sightings {
        var answers: [ServedAddresses.Answer] = []
        /// The places to connect to that could not be found.
        var lost: [Observation] = []
    }

    /// Looks for the certificates of `lineages`, at `targets` where there are any.
    ///
    /// `areNamed` tells that someone has asked for these lineages by name: he may name a place also for one
    /// that is looked for nowhere.
    func look(
        at lineages: [WatchedLineage],
        _ targets: [WatchTarget],
        areNamed: Bool
    ) async -> Sightings {
        var sightings = Sightings()
        var addresses: [SocketAddress] = []
        for target in targets {
            do throws(ResolverFailure) {
                let found = try await resolver.addresses(of: target.host, port: target.port)
                addresses += found.filter { !addresses.contains($0) }
            } catch {
                sightings.lost.append(
                    Observation(
                        address: "\(target)",
                        state: .unresolved,
                        level: .warning,
                        message: error.reason,
                        since: services.clock.now
                    )
                )
            }
        }
        let places = ServedAddresses(
            probe: probe,
            resolver: resolver,
            addresses: targets.isEmpty ? nil : addresses,
            clock: services.clock
        )
        let questions = lineages.flatMap { lineage in
            lineage.places.questions(
                of: lineage.name,
                isPlaceNamed: areNamed && !targets.isEmpty
            )
        }
        sightings.answers = await places.answers(to: questions)
        return sightings
    }

    /// The lineages that are looked for elsewhere than usual, as far as can be told without certctl.conf: at
    /// the usual place there may be somebody else.
    func lookedForElsewhere(
        _ settings: Result<Settings, any Error>,
        _ targets: [WatchTarget]
    ) throws -> Set<String> {
        guard targets.isEmpty, case .failure = settings else { return [] }
        return WatchMemory(try store.watchStatus()).elsewhere
    }

    /// The same for the next run that cannot read it.
    func elsewhere(
        _ settings: Result<Settings, any Error>,
        _ lineages: [WatchedLineage],
        _ memory: WatchMemory
    ) -> Set<String> {
        guard case .success = settings else { return memory.elsewhere }
        return Set(lineages.filter { !$0.places.areUsual }.map { "\($0.name)" })
    }
}
