import FoundationEssentials
import Renewal
import Testing

@testable import Simulation

/// Short years; `make simulate` lives through thousands.
@Suite struct SimulatedYearTests {
    private func year(_ name: String, seed: UInt64) async throws -> YearRecord {
        let world = try #require(World.all.first { $0.name == name })
        let forge = try Forge()
        return try await SimulatedYear(world, seed: seed, size: 1, forge: forge) {
            RenewalPolicy.decide($0, at: $1)
        }.run()
    }

    @Test func `the same seed gives the same year, and another one another`() async throws {
        let first = try await year("90 days", seed: 1)
        let again = try await year("90 days", seed: 1)
        let other = try await year("90 days", seed: 2)
        #expect(first.digest == again.digest)
        #expect(first.digest != other.digest)
        #expect(first.renewals >= 5)
        #expect(first.faults.isEmpty)
    }

    @Test(arguments: ["90 days", "asleep 31 d"])
    func `questions that are spared change nothing`(name: String) async throws {
        let world = try #require(World.all.first { $0.name == name })
        let forge = try Forge()
        let all = try await SimulatedYear(world, seed: 3, size: 1, forge: forge, asksAlways: true) {
            RenewalPolicy.decide($0, at: $1)
        }.run()
        let spared = try await year(name, seed: 3)
        #expect(all.digest == spared.digest)
    }

    // The clocks of these seeds are wrong for weeks; that of the third one also keeps the CA from being trusted.
    @Test(arguments: [
        ("asleep 31 d", 1), ("clock -1 y", 0), ("clock -1 y", 5), ("clock to 1970", 1),
    ])
    func `turns of the timer that are spared change nothing`(
        name: String,
        seed: UInt64
    ) async throws {
        let world = try #require(World.all.first { $0.name == name })
        let forge = try Forge()
        let all = try await SimulatedYear(
            world,
            seed: seed,
            size: 1,
            forge: forge,
            takesEveryTurn: true
        ) {
            RenewalPolicy.decide($0, at: $1)
        }.run()
        let spared = try await year(name, seed: seed)
        #expect(all.digest == spared.digest)
    }

    @Test func `a policy without an emergency bound lets a certificate expire`() async throws {
        let mutation = try #require(Mutation.all.first { $0.breaks == .nothingExpires })
        let world = try #require(World.all.first { $0.name == mutation.world })
        let forge = try Forge()
        let record = try await SimulatedYear(
            world,
            seed: 1,
            size: 1,
            forge: forge,
            policy: mutation.policy
        ).run()
        #expect(record.faults.contains { $0.rule == .nothingExpires })
        let sound = try await year(mutation.world, seed: 1)
        #expect(sound.faults.isEmpty)
    }
}
