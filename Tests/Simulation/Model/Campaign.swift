import Renewal

/// Many years of one kind.
package struct Trial: Sendable {
    package let world: World
    package let size: Int
    package let seeds: Range<UInt64>

    /// The years of the first `count` seeds.
    package init(_ world: World, size: Int, seeds count: Int) {
        self.world = world
        self.size = size
        seeds = 0..<UInt64(max(0, count))
    }

    /// The year of one seed.
    package init(_ world: World, size: Int, seed: UInt64) {
        self.world = world
        self.size = size
        seeds = seed..<seed + 1
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

    init(_ trial: Trial, _ lives: [Life]) {
        self.trial = trial
        for life in lives.sorted(by: { $0.seed < $1.seed }) { add(life) }
    }

    package var isGood: Bool { faults.isEmpty && unsteady.isEmpty }

    private mutating func add(_ life: Life) {
        let record = life.record
        renewals += record.renewals
        orders += record.orders
        expired += record.expired
        limitHits += record.limitHits
        worstMargin = min(worstMargin, record.worstMargin)
        if record.mean > 0 { worstLoad = max(worstLoad, Double(record.most) / record.mean) }
        digest.add(record.digest.value)
        faults += record.faults.map { (life.seed, $0) }
        if !life.isSteady { unsteady.append(life.seed) }
    }
}

/// A year that was lived through, once or twice.
struct Life: Sendable {
    let seed: UInt64
    let record: YearRecord
    /// Whether it was the same the second time.
    let isSteady: Bool
}

/// Lives through many years, some side by side.
package struct Campaign: Sendable {
    private let forge: Forge
    private let lanes: Int

    /// Lives through `lanes` years at a time, a core each.
    ///
    /// Throws what keeps certificates from being made.
    package init(lanes: Int) throws {
        forge = try Forge()
        self.lanes = lanes
    }

    /// Lives through the years of `trials` and tells of each trial as it ends, in their order.
    ///
    /// The first year of each is lived through twice, to see that it is the same again; of ten thousand
    /// lineages, which take long, that of a world in which nothing goes wrong.
    ///
    /// Returns whether nothing was wrong. Throws what keeps a host from being set up.
    package func run(_ trials: [Trial], tell: (TrialResult) -> Void) async throws -> Bool {
        let jobs = trials.indices.flatMap { trial in
            trials[trial].seeds.map { (trial: trial, seed: $0) }
        }
        var lives = [[Life]](repeating: [], count: trials.count)
        var told = 0
        var isGood = true
        try await withThrowingTaskGroup(of: (Int, Life).self) { group in
            var rest = jobs[...]
            func begin() {
                guard let job = rest.popFirst() else { return }
                group.addTask { (job.trial, try await life(trials[job.trial], job.seed)) }
            }
            for _ in 0..<lanes { begin() }
            while let (trial, life) = try await group.next() {
                lives[trial].append(life)
                begin()
                while told < trials.count, lives[told].count == trials[told].seeds.count {
                    let result = TrialResult(trials[told], lives[told])
                    lives[told] = []
                    isGood = isGood && result.isGood
                    tell(result)
                    told += 1
                }
            }
        }
        return isGood
    }

    private func life(_ trial: Trial, _ seed: UInt64) async throws -> Life {
        let record = try await year(trial.world, trial.size, seed).run()
        let isRepeated = seed == 0 && (trial.size < 1000 || trial.world.isCalm)
        let again = isRepeated ? try await year(trial.world, trial.size, seed).run() : record
        return Life(seed: seed, record: record, isSteady: again.digest == record.digest)
    }

    private func year(_ world: World, _ size: Int, _ seed: UInt64) -> SimulatedYear {
        SimulatedYear(world, seed: seed, size: size, forge: forge) {
            RenewalPolicy.decide($0, at: $1)
        }
    }

    /// Lives through a year with each broken policy, and through the same one with the sound policy.
    ///
    /// Returns the faults that were to be found, none where the sound policy has any: then they show nothing.
    package func run(
        _ mutations: [Mutation],
        seed: UInt64
    ) async throws -> [(mutation: Mutation, faults: [YearRecord.Fault])] {
        var found = [[YearRecord.Fault]](repeating: [], count: mutations.count)
        try await withThrowingTaskGroup(of: (Int, [YearRecord.Fault]).self) { group in
            for (index, mutation) in mutations.enumerated() {
                group.addTask { (index, try await faults(of: mutation, seed: seed)) }
            }
            for try await (index, faults) in group { found[index] = faults }
        }
        return Array(zip(mutations, found))
    }

    private func faults(of mutation: Mutation, seed: UInt64) async throws -> [YearRecord.Fault] {
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
        let sound = try await self.year(world, mutation.size, seed).run()
        guard sound.faults.isEmpty else { return [] }
        return try await year.run().faults.filter { $0.rule == mutation.breaks }
    }
}
