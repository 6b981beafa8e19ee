import ACME
import CertificateStore
import FoundationEssentials
import PKI
import Platform
import Renewal
import Synchronization
import Workflows

/// Gets certificates from the model CA and commits them to the real store, as issuing does, but
/// without speaking ACME.
final class ModelSource: CertificateSource {
    /// What an order came to, in the sequence of a wake.
    struct OrderEvent: Sendable {
        let lineage: Int
        let moment: Date
        let ending: String
    }

    private struct State {
        var events: [OrderEvent] = []
        var committed: [Int: StoredCertificate] = [:]
    }

    private let services: Services
    private let time: VirtualTime
    private let authority: ModelAuthority
    private let names: ModelNames
    private let forge: Forge
    private let draw: Draw
    private let state = Mutex(State())

    init(
        _ services: Services,
        _ time: VirtualTime,
        _ authority: ModelAuthority,
        _ names: ModelNames,
        _ forge: Forge,
        _ draw: Draw
    ) {
        self.services = services
        self.time = time
        self.authority = authority
        self.names = names
        self.forge = forge
        self.draw = draw.about("orders")
    }

    /// What has happened since the last question.
    func takeEvents() -> (events: [OrderEvent], committed: [Int: StoredCertificate]) {
        state.withLock { state in
            defer { state = State() }
            return (state.events, state.committed)
        }
    }

    func clockSkew(of authority: CertificateAuthority, roots: String?) async throws -> TimeInterval
    {
        try self.authority.reach(at: time.truth)
        let skew = time.truth.timeIntervalSince(time.now)
        // What networks make of the same moment is no difference.
        return abs(skew) > 5 * .minute ? skew : 0
    }

    func renewalInfo(
        of certificate: StoredCertificate,
        from authority: CertificateAuthority,
        roots: String?
    ) async throws -> RenewalInfo? {
        guard let serial = Forge.serial(certificate.manifest.serial),
            let lineage = certificate.manifest.names.first.flatMap(names.number)
        else { return nil }
        return try self.authority.advice(of: serial, lineage, at: time.truth)
    }

    func renew(
        _ orders: [RenewalOrder],
        skew: TimeInterval,
        _ conduct: OrderConduct
    ) async throws {
        for order in orders {
            let result = Result { try renew(order, conduct) }
            await conduct.settled(order.lineage, result)
        }
    }

    private func renew(_ order: RenewalOrder, _ conduct: OrderConduct) throws -> IssueOutcome {
        let name = order.lineage
        let store = services.store
        guard let lock = try store.lock(name) else { throw StoreError.busy("\(name)") }
        defer { withExtendedLifetime(lock) {} }
        let lineage = try store.lineage(name)
        if let current = lineage.current, current.number != order.outdated {
            return IssueOutcome(change: .unchanged(current), name: name, hooks: [])
        }
        try store.checkRoom(for: name)
        try conduct.admit(name)
        guard let settings = lineage.settings, let number = names.number(name.description) else {
            throw StoreError.unknownLineage("\(name)", known: [])
        }
        if lineage.progress.pending == nil {
            try store.stage(forge.key, request: forge.request, settings: settings, for: name)
        }
        let issued = try issue(number, lineage, lanes: conduct.lanes)
        let chain = try forge.certificate(for: settings.names, issued)
        let stored = try store.commit(chain, keyType: .p256, for: name)
        if let inUse = try? store.publishedGeneration(of: name) {
            try? store.removeOldGenerations(of: name, inUse: inUse)
        }
        state.withLock { $0.committed[number] = stored }
        return IssueOutcome(change: .issued(stored), name: name, hooks: [])
    }

    /// Asks the CA, once more without the predecessor where it says that this has a successor.
    private func issue(
        _ number: Int,
        _ lineage: Lineage,
        lanes: Int
    ) throws -> ModelAuthority.Issued {
        let serial = lineage.current.flatMap { Forge.serial($0.manifest.serial) }
        let replaces = authority.tells(at: time.truth) ? serial : nil
        let names = lineage.settings?.names ?? []
        do {
            return try ask(
                ModelOrder(
                    lineage: number,
                    names: names,
                    replaces: replaces,
                    isRenewal: serial != nil
                ),
                lanes: lanes
            )
        } catch ACMEError.refused(let problem) where problem.kind == .alreadyReplaced {
            return try ask(
                ModelOrder(lineage: number, names: names, replaces: nil, isRenewal: serial != nil),
                lanes: lanes
            )
        }
    }

    /// An order takes some seconds, which it shares with those beside it.
    private func ask(_ order: ModelOrder, lanes: Int) throws -> ModelAuthority.Issued {
        let moment = time.truth
        let number = UInt64(order.lineage)
        let second = UInt64(bitPattern: Int64(moment.timeIntervalSince1970))
        let duration = draw.about("duration", number, second).interval(2...8)
        time.pass(duration / Double(max(1, lanes)))
        do {
            let issued = try authority.issue(order, at: time.truth)
            note(order, moment, "issued")
            return issued
        } catch {
            note(order, moment, "failed")
            throw error
        }
    }

    private func note(_ order: ModelOrder, _ moment: Date, _ ending: String) {
        let event = OrderEvent(lineage: order.lineage, moment: moment, ending: ending)
        state.withLock { $0.events.append(event) }
    }
}

/// The names of the lineages: forty share a domain.
struct ModelNames: Sendable {
    func name(_ number: Int) -> String { "l\(number).d\(number / 40).test" }

    /// Reads the number of a lineage from its name; `nil` for a name of others.
    func number(_ name: String) -> Int? {
        guard name.hasPrefix("l"), let dot = name.firstIndex(of: ".") else { return nil }
        return Int(name[name.index(after: name.startIndex)..<dot])
    }
}
