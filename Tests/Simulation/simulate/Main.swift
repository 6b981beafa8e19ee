import Glibc
import Simulation

/// Lives through years of certctl in minutes, and judges them.
@main enum Main {
    private static let lanes = 2

    static func main() async throws {
        // Each line as it comes, also where it goes to a file.
        setvbuf(stdout, nil, _IOLBF, 0)
        let words = Array(CommandLine.arguments.dropFirst())
        let numbers = words.compactMap { Int($0) }
        switch (words.first, words.count, numbers.count) {
        case ("short", 1, _):
            try await report(shortTrials)
        case ("long", 3, 2):
            try await report(longTrials(seeds: numbers[0], largeSeeds: numbers[1]))
        case ("trial", 4, 2):
            guard let world = World.all.first(where: { $0.name == words[1] }) else { usage() }
            try await report([Trial(world, size: numbers[0], seeds: numbers[1])])
        default: usage()
        }
    }

    private static func usage() -> Never {
        print("simulate short | long SEEDS LARGE-SEEDS | trial WORLD SIZE SEEDS; the worlds are:")
        for world in World.all { print("  \(world.name)") }
        exit(2)
    }

    /// Every world once, with one certificate and with a few.
    private static var shortTrials: [Trial] {
        World.all.map { Trial($0, size: $0.name.hasPrefix("6 days") ? 1 : 8, seeds: 1) }
    }

    private static func longTrials(seeds: Int, largeSeeds: Int) -> [Trial] {
        [(1, seeds), (100, seeds), (10_000, largeSeeds)].flatMap { size, seeds in
            World.all.map { Trial($0, size: size, seeds: seeds) }
        }
    }

    /// Prints the table of `trials`, then whether broken policies are noticed.
    private static func report(_ trials: [Trial]) async throws {
        let started = ContinuousClock.now
        let campaign = try Campaign(lanes: lanes)
        print(ResultTable.head)
        var isGood = try await campaign.run(trials) { result in
            print(ResultTable.line(of: result))
            for complaint in ResultTable.complaints(of: result) { print(complaint) }
        }
        for mutation in Mutation.all {
            let faults = try await campaign.run(mutation, seed: 1)
            let verdict = faults.first.map { "caught, \(faults.count) times: \($0)" } ?? "NOT CAUGHT"
            print("broken on purpose: \(mutation.name): \(verdict)")
            isGood = isGood && !faults.isEmpty
        }
        print("\(isGood ? "all held" : "FAILED") in \((ContinuousClock.now - started).components.seconds) s")
        exit(isGood ? 0 : 1)
    }
}
