import CertificateStore
import FoundationEssentials
import Platform
import Renewal
import Settings
import Synchronization

/// Where a server is looked for, as `--connect` names it.
package struct WatchTarget: Equatable, Sendable, CustomStringConvertible {
    /// A host name or an IP address.
    package let host: String
    package let port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    package var description: String {
        WatchSettings.Place(host: host, port: port).description
    }
}

/// Looks at many names at once, each where it is looked for or at addresses that were given.
struct ServedAddresses: Sendable {
    /// A name of a lineage.
    struct Question: Sendable {
        let lineage: LineageName
        let name: String
        /// Where it is looked for, if nothing else was asked for.
        let places: [WatchSettings.Place]
    }

    /// What came of asking for one name.
    struct Answer: Sendable {
        let question: Question
        /// One for each address; none where no place has one.
        var sightings: [Sighting] = []
        /// The places that have no address, and why.
        var failures: [(place: WatchSettings.Place, ResolverFailure)] = []
        /// Whether the others have left no time to look at all of it.
        var isCutShort = false

        /// Whether any address of a server can be reached from here.
        func hasWay(to host: String?) -> Bool {
            sightings.contains { sighting in
                guard sighting.host == host else { return false }
                return if case .failure(.noRoute) = sighting.result { false } else { true }
            }
        }
    }

    /// What was presented at an address.
    struct Sighting: Sendable {
        /// The server whose address it is; `nil` for the name itself, or where addresses were given.
        let host: String?
        let address: SocketAddress
        let result: Result<[[UInt8]], TLSProbeFailure>
    }

    /// How many names are looked at side by side.
    private static let lanes = 16
    /// How many addresses of a name are looked at: what has more is no server, or does not want to be
    /// looked at.
    private static let mostAddresses = 16
    /// How long all of it may take, in seconds; a unit of systemd has half an hour.
    private static let longest: TimeInterval = 10 * .minute

    private let probe: any TLSProbing
    private let resolver: any Resolver
    /// In place of those that belong to each name.
    private let addresses: [SocketAddress]?
    private let clock: any WallClock
    private let deadline: TimeInterval
    private let deaf = DeafAddresses()

    init(
        probe: any TLSProbing,
        resolver: any Resolver,
        addresses: [SocketAddress]?,
        clock: any WallClock
    ) {
        self.probe = probe
        self.resolver = resolver
        self.addresses = addresses
        self.clock = clock
        deadline = clock.uptime + Self.longest
    }

    func answers(to questions: [Question]) async -> [Answer] {
        await withTaskGroup(of: Answer.self) { group in
            var answers: [Answer] = []
            for (index, question) in questions.enumerated() {
                if index >= Self.lanes, let done = await group.next() { answers.append(done) }
                group.addTask { await answer(to: question) }
            }
            return await group.reduce(into: answers) { $0.append($1) }
        }
    }

    private func answer(to question: Question) async -> Answer {
        var answer = Answer(question: question)
        answer.isCutShort = clock.uptime >= deadline
        guard !answer.isCutShort else { return answer }
        let host = ProbedHost.of(question.name)
        for (server, address) in await found(for: host, &answer) {
            answer.isCutShort = clock.uptime >= deadline
            guard !answer.isCutShort else { break }
            let result = await sighting(of: host, at: address)
            answer.sightings.append(Sighting(host: server, address: address, result: result))
        }
        return answer
    }

    /// The addresses to ask for `host`; what has none is noted in `answer`.
    private func found(
        for host: String,
        _ answer: inout Answer
    ) async -> [(server: String?, address: SocketAddress)] {
        if let addresses { return addresses.map { (nil, $0) } }
        var found: [(server: String?, address: SocketAddress)] = []
        for place in answer.question.places {
            do throws(ResolverFailure) {
                let all = try await resolver.addresses(of: place.host ?? host, port: place.port)
                for address in all.prefix(Self.mostAddresses)
                where !found.contains(where: { $0.address == address }) {
                    found.append((place.host, address))
                }
            } catch {
                // Once for all of its ports.
                if answer.failures.contains(where: { $0.place.host == place.host }) { continue }
                answer.failures.append((place, error))
            }
        }
        return found
    }

    private func sighting(
        of host: String,
        at address: SocketAddress
    ) async -> Result<[[UInt8]], TLSProbeFailure> {
        if let failure = deaf[address] { return .failure(failure) }
        do throws(TLSProbeFailure) {
            return .success(try await probe.presentedChain(for: host, at: address))
        } catch {
            deaf.note(address, error)
            return .failure(error)
        }
    }
}

/// Addresses that gave no sign of life: a hundred names behind one would take ten minutes else.
private final class DeafAddresses: Sendable {
    private let failures = Mutex<[SocketAddress: TLSProbeFailure]>([:])

    subscript(_ address: SocketAddress) -> TLSProbeFailure? { failures.withLock { $0[address] } }

    func note(_ address: SocketAddress, _ failure: TLSProbeFailure) {
        guard failure.isOfAddress else { return }
        failures.withLock { $0[address] = failure }
    }
}
