import CertificateStore
import Diagnostics
import FoundationEssentials
import Platform

/// Raising the alarm, and keeping what was seen for the next run.
extension WatchCertificates {
    /// Keeps another `watch` out; nothing of that is needed where nothing is kept, or could be.
    ///
    /// Returns why there is no lock where the disk takes none. Throws ``FileSystemError``, and where another
    /// `watch` does not come to its end.
    func lock(_ request: Request) async throws -> (lock: FileLock?, unlocked: (any Error)?) {
        guard !request.isByHand else { return (nil, nil) }
        do {
            try store.prepareWatch()
            return (try await services.lock("watching") { try store.lockWatch() }, nil)
        } catch let error as FileSystemError
            where [.noSpace, .readOnly, .inputOutput].contains(error.reason)
        {
            return (nil, error)
        }
    }

    /// Those of `names` that are no lineages any more, and that no reader is led to either: their records
    /// alone may have been lost.
    func deleted(_ names: Set<String>, _ known: [LineageName]) -> Set<String> {
        let known = Set(known)
        return names.filter { text in
            guard let name = LineageName(text), !known.contains(name) else { return false }
            return (try? store.publishedGeneration(of: name) == nil) ?? false
        }
    }

    /// Tells of what there is now and was not before, and the other way round.
    ///
    /// Hooks may take their time: what was seen is kept first, by `keep`, should they come to no end. Returns
    /// the observations with when they were told, what was found before and could not be judged now, and what
    /// is over and could not be told.
    func raiseAlarm(
        about observations: [Observation],
        _ memory: WatchMemory,
        _ scope: WatchMemory.Scope,
        keep: (_ seen: [Observation], _ ended: [Observation]) -> Void
    ) async -> (told: [Observation], open: [Observation], ended: [Observation]) {
        let (gone, open) = memory.unseen(scope)
        var alerts = WatchAlerts(services)
        let earlier = memory.untoldEnds(besides: observations, now: services.clock.now)
        let ended = earlier + alerts.noteEnds(of: gone, scope)
        keep(observations + open, ended)
        let told = await alerts.tell(observations, memory)
        return (told, open, await alerts.tellEnds(ended))
    }

    /// Writes down what was seen, and the metrics: these also where the request wants them.
    ///
    /// Throws ``FileSystemError``.
    func keep(
        _ status: WatchStatus,
        _ lineages: [WatchedLineage],
        _ host: WatchMetrics.Host,
        _ request: Request
    ) throws {
        let metrics = WatchMetrics(lineages, status, host).text
        if !request.isByHand {
            try store.save(status)
            try store.saveMetrics(metrics)
        }
        guard let copy = request.textfile else { return }
        // node_exporter reads what ends in .prom, and nothing else.
        try services.fileSystem.replaceFile(
            copy,
            Array(metrics.utf8),
            .publicFile,
            temporary: "\(copy).new"
        )
    }
}
