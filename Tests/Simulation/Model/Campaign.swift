package import Renewal

/// Many years of one kind.
package struct Trial: Sendable {
    package let world: World
    package let size: Int
    package let seeds: Int

    package init(_ world: World, size: Int, seeds: Int) {
        self.world = world
        self.size = size
        self.seeds = seeds
    }
}

/// What came of a ``Trial``.
package struct TrialResult: Sendable {
    package let trial: Trial
    package private(set) var renewals = 0
    package private(set) var orders = 0
    package private(set) var expired = 0
    package private(set) var limitHits = 0
    /// The least that was left of a certificate when its successor came, in seconds.
    package private(set) var worstMargin = Double.infinity
    /// The most orders of an hour, as a multiple of the mean.
    package private(set) var worstLoad = 0.0
    package private(set) var digest = Digest()
    /// What must not be, with the seed of its year.
    package private(set) var faults: [(seed: UInt64, fault: YearRecord.Fault)] = []
    /// Seeds whose year was another one the second time.
    package private(set) var unsteady: [UInt64] = []

    init(_ trial: Trial) {
        self.trial = trial
    }

    package var isGood: Bool { faults.isEmpty && unsteady.isEmpty }

    mutating func add(_ record: YearRecord, seed: UInt64, isSteady: Bool) {
        renewals += record.renewals
        orders += record.orders
        expired += record.expired
        limitHits += record.limitHits
        worstMargin = min(worstMargin, record.worstMargin)
        if record.mean > 0 { worstLoad = max(worstLoad, Double(record.most) / record.mean) }
        digest.add(record.digest.value)
        faults += record.faults.map { (seed, $0) }
        if !isSteady { unsteady.append(seed) }
    }
}

/// Lives through many years, some side by side.
package struct Campaign: Sendable {
    private let forge: Forge
    private let lanes: Int

    /// - Parameter lanes: How many years are lived through at a time; a core each.
    package init(lanes: Int) throws {
        forge = try Forge()
        self.lanes = lanes
    }

    /// Lives through the years of `trials` and tells of each trial as it ends.
    ///
    /// The first year of each is lived through twice, to see that it is the same again; of ten thousand
    /// lineages, which take long, that of a world in which nothing goes wrong.
    ///
    /// Returns whether nothing was wrong. Throws what keeps a host from being set up.
    package func run(_ trials: [Trial], tell: (TrialResult) -> Void) async throws -> Bool {
        var isGood = true
        for trial in trials {
            let result = try await run(trial)
            isGood = isGood && result.isGood
            tell(result)
        }
        return isGood
    }

    private typealias Life = (seed: UInt64, record: YearRecord, isSteady: Bool)

    private func run(_ trial: Trial) async throws -> TrialResult {
        let lives = try await withThrowingTaskGroup(of: Life.self) { group in
            var lives: [Life] = []
            for seed in 0..<trial.seeds {
                if seed >= lanes, let life = try await group.next() { lives.append(life) }
                group.addTask { try await life(trial, UInt64(seed)) }
            }
            return try await group.reduce(into: lives) { $0.append($1) }
        }
        var result = TrialResult(trial)
        for life in lives.sorted(by: { $0.seed < $1.seed }) {
            result.add(life.record, seed: life.seed, isSteady: life.isSteady)
        }
        return result
    }

    private func life(_ trial: Trial, _ seed: UInt64) async throws -> Life {
        let record = try await year(trial.world, trial.size, seed).run()
        let isRepeated = seed == 0 && (trial.size < 1000 || trial.world.isCalm)
        let again = isRepeated ? try await year(trial.world, trial.size, seed).run() : record
        return (seed, record, again.digest == record.digest)
    }

    private func year(_ world: World, _ size: Int, _ seed: UInt64) -> SimulatedYear {
        SimulatedYear(world, seed: seed, size: size, forge: forge) { RenewalPolicy.decide($0, at: $1) }
    }

    /// Lives through one year.
    package func year(_ world: World, size: Int, seed: UInt64) async throws -> YearRecord {
        try await year(world, size, seed).run()
    }

    /// Lives through a year with a broken policy; returns the faults that were to be found.
    package func run(_ mutation: Mutation, seed: UInt64) async throws -> [YearRecord.Fault] {
        guard let world = World.all.first(where: { $0.name == mutation.world }) else {
            preconditionFailure("no world is called \(mutation.world)")
        }
        let year = SimulatedYear(
            world,
            seed: seed,
            size: mutation.size,
            forge: forge,
            isForgetful: mutation.isForgetful,
            policy: mutation.policy
        )
        return try await year.run().faults.filter { $0.rule == mutation.breaks }
    }
}
