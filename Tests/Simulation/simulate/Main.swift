import Glibc
import Simulation

/// Lives through years of certctl in minutes, and judges them.
@main enum Main {
    /// As many years at a time as there are cores.
    private static let lanes = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    static func main() async throws {
        let words = Array(CommandLine.arguments.dropFirst())
        let numbers = words.compactMap { Int($0) }
        switch (words.first, words.count, numbers.count) {
        case ("short", 1, _):
            try await report(shortTrials, Mutation.all)
        case ("long", 3, 2):
            try await report(longTrials(seeds: numbers[0], largeSeeds: numbers[1]), Mutation.all)
        case ("worlds", 4, 2):
            let worlds = worlds(words[3])
            try await report(worlds.map { Trial($0, size: numbers[0], seeds: numbers[1]) }, [])
        case ("year", 4, 2) where numbers[1] >= 0:
            let worlds = worlds(words[3])
            let seed = UInt64(numbers[1])
            try await report(worlds.map { Trial($0, size: numbers[0], seed: seed) }, [])
        default: usage()
        }
    }

    /// The world of that name, or else those with it in theirs.
    private static func worlds(_ name: String) -> [World] {
        let exact = World.all.filter { $0.name == name }
        return exact.isEmpty ? World.all.filter { $0.name.contains(name) } : exact
    }

    private static func usage() -> Never {
        print(
            "simulate short | long SEEDS LARGE-SEEDS | worlds SIZE SEEDS NAME | year SIZE SEED NAME"
        )
        print("the worlds:")
        for world in World.all { print("  \(world.name)") }
        exit(2)
    }

    /// Prints a line as it comes, also where it goes to a file.
    private static func tell(_ line: String) {
        print(line)
        fflush(nil)
    }

    /// Hours, minutes and seconds.
    private static func text(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        let hours = seconds >= 3600 ? "\(seconds / 3600) h " : ""
        let minutes = seconds >= 60 ? "\(seconds / 60 % 60) min " : ""
        return "\(hours)\(minutes)\(seconds % 60) s"
    }

    /// Every world once, with a single certificate, and one with a few.
    private static var shortTrials: [Trial] {
        World.all.map { Trial($0, size: 1, seeds: 1) } + [Trial(World.all[1], size: 12, seeds: 1)]
    }

    private static func longTrials(seeds: Int, largeSeeds: Int) -> [Trial] {
        [(1, seeds), (100, seeds), (10_000, largeSeeds)].flatMap { size, seeds in
            World.all.map { Trial($0, size: size, seeds: seeds) }
        }
    }

    /// Prints the table of `trials`, then whether broken policies are noticed.
    private static func report(_ trials: [Trial], _ mutations: [Mutation]) async throws {
        let started = ContinuousClock.now
        let campaign = try Campaign(lanes: lanes)
        tell(ResultTable.head)
        var isGood = try await campaign.run(trials) { result in
            tell(ResultTable.line(of: result))
            ResultTable.complaints(of: result).forEach(tell)
        }
        for (mutation, faults) in try await campaign.run(mutations, seed: 1) {
            let verdict =
                faults.first.map { "caught, \(faults.count) times: \($0)" } ?? "NOT CAUGHT"
            tell("broken on purpose: \(mutation.name): \(verdict)")
            isGood = isGood && !faults.isEmpty
        }
        print("\(isGood ? "all held" : "FAILED") in \(text(ContinuousClock.now - started))")
        exit(isGood ? 0 : 1)
    }
}
