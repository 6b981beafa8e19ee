import ACME
import CertificateStore
import Diagnostics
import HTTP01
import Platform
import Settings

/// What is asked of the CAs: side by side, within their limits.
extension IssueCertificates {
    /// How many orders are under way at a time; a CA counts more of them as a flood.
    private static let lanes = 20

    private typealias Attempt = (LineageName, Result<IssueCertificate.Obtained, any Error>)

    /// Asks the CAs, with one solver for all who answer the same way.
    func obtain(
        _ waiting: [HTTP01Settings: [IssueCertificate.Preparation]]
    ) async -> [(LineageName, Result<IssueCertificate.Obtained, any Error>)] {
        let authorities = authorities ?? Authorities(services)
        let all = waiting.values.flatMap(\.self)
        var attempts: [Attempt] = []
        do {
            let conduct = try conduct ?? Self.conduct(of: all, services)
            // One way after the other: two of them may need the same port.
            for (settings, preparations) in waiting {
                attempts += await obtain(inOrder(preparations), settings, authorities, conduct)
            }
        } catch {
            attempts = all.map { ($0.order.name, .failure(error)) }
        }
        return attempts
    }

    /// As they were asked for: the first one is the most urgent.
    private func inOrder(
        _ preparations: [IssueCertificate.Preparation]
    ) -> [IssueCertificate.Preparation] {
        let places = Dictionary(
            uniqueKeysWithValues: orders.enumerated().map { ($0.element.name, $0.offset) }
        )
        return preparations.sorted {
            places[$0.order.name] ?? 0 < places[$1.order.name] ?? 0
        }
    }

    /// How orders are gone about that a person asks for: within the limits that the CA has published.
    private static func conduct(
        of preparations: [IssueCertificate.Preparation],
        _ services: Services
    ) throws -> OrderConduct {
        let limits = try LimitKeeper(services)
        let orders = Dictionary(
            uniqueKeysWithValues: preparations.map { ($0.order.name, $0.limited) }
        )
        return OrderConduct(
            lanes: lanes,
            admit: { name in
                guard let order = orders[name] else { return }
                try limits.begin(name, order, at: services.clock.now)
                try services.store.lookSoon(at: name)
            },
            settled: { name, result in
                guard let order = orders[name] else { return }
                limits.note(result, of: order, at: services.clock.now)
                limits.end(name)
                await limits.saveQuietly()
                if limits.takeRoom() { services.lookSoonAtHeld() }
            }
        )
    }

    private func obtain(
        _ preparations: [IssueCertificate.Preparation],
        _ settings: HTTP01Settings,
        _ authorities: Authorities,
        _ conduct: OrderConduct
    ) async -> [Attempt] {
        do {
            return try await services.whileNoOtherOrder {
                // The port is held before the CA is asked for anything: without it nothing can come
                // of it.
                var settings = settings
                settings.hosts = preparations.flatMap { $0.order.request.names.hostNames }
                return try await services.makeSolver(settings).serving { presenter in
                    await obtain(preparations, presenter, authorities, conduct)
                }
            }
        } catch {
            let error = services.completed(error)
            return preparations.map { preparation in
                preparation.order.failed(preparation, error)
                return (preparation.order.name, .failure(error))
            }
        }
    }

    private func obtain(
        _ preparations: [IssueCertificate.Preparation],
        _ presenter: any ChallengePresenter,
        _ authorities: Authorities,
        _ conduct: OrderConduct
    ) async -> [Attempt] {
        await withTaskGroup(of: Attempt.self) { group in
            var attempts: [Attempt] = []
            for (index, preparation) in preparations.enumerated() {
                if index >= conduct.lanes, let done = await group.next() { attempts.append(done) }
                group.addTask {
                    await attempt(preparation, presenter, authorities, conduct)
                }
            }
            return await group.reduce(into: attempts) { $0.append($1) }
        }
    }

    private func attempt(
        _ preparation: IssueCertificate.Preparation,
        _ presenter: any ChallengePresenter,
        _ authorities: Authorities,
        _ conduct: OrderConduct
    ) async -> Attempt {
        let order = preparation.order
        do {
            if !order.request.isRehearsal { try conduct.admit(order.name) }
            let obtained = try await order.obtain(preparation, presenter, authorities)
            await settle(order, .success(obtained.outcome(hooks: [])), conduct)
            return (order.name, .success(obtained))
        } catch {
            order.failed(preparation, error)
            await settle(order, .failure(error), conduct)
            return (order.name, .failure(error))
        }
    }

    /// A rehearsal is nobody's order.
    private func settle(
        _ order: IssueCertificate,
        _ result: Result<IssueOutcome, any Error>,
        _ conduct: OrderConduct
    ) async {
        guard !order.request.isRehearsal else { return }
        await conduct.settled(order.name, result)
    }
}

extension IssueCertificate.Preparation {
    /// The order as far as the CA's limits are about it.
    fileprivate var limited: LimitedOrder {
        let known = lineage.current.map { Set($0.manifest.names) }
        // A CA counts as a renewal what it has issued itself before.
        let issuer = lineage.settings.flatMap { CertificateAuthority($0.issuing) }
        let isRenewal = known == Set(settings.names) && issuer == settings.authority
        var limited = LimitedOrder(
            isRenewal ? .renewal : .new,
            settings.names,
            from: settings.authority
        )
        limited.isForced = order.request.isForced
        return limited
    }
}

extension Services {
    /// Has the next `renew` look at all that is held back, whatever that was until.
    fileprivate func lookSoonAtHeld() {
        do {
            let held = try store.scheduleFile()?.schedule()?.held ?? []
            for name in held.sorted() { try store.lookSoon(at: name) }
        } catch {
            // What is held back is looked at in its time.
            log.info("the next renew is not told", ["reason": Services.reason(of: error)])
        }
    }
}
