import FoundationEssentials
import Glibc
import Renewal
import Simulation

@main enum Main {
    static func main() async throws {
        let forge = try Forge()
        let words = CommandLine.arguments
        let size = Int(words[1])!
        let seeds = UInt64(words[2])!
        for world in World.all where words.count < 4 || world.name.hasPrefix(words[3]) {
            let started = ContinuousClock.now
            var faults = 0
            var renewals = 0
            var orders = 0
            var expired = 0
            var ratio = 0.0
            for seed in 0..<seeds {
                let year = SimulatedYear(
                    world,
                    seed: seed,
                    size: size,
                    forge: forge,
                    adviceInterval: 24 * 3600,
                    policy: RenewalPolicy.decide
                )
                let record = try await year.run()
                renewals += record.renewals
                orders += record.orders
                expired += record.expired
                ratio = max(ratio, Double(record.most) / record.mean)
                faults += record.faults.count
                for fault in record.faults.prefix(3) {
                    print("   seed \(seed): \(fault.rule): \(fault)")
                }
            }
            print(
                world.name,
                renewals,
                orders,
                expired,
                ratio,
                "faults",
                faults,
                ContinuousClock.now - started
            )
        }
    }
}
