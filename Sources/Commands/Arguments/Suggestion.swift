/// "Did you mean": the word that a misspelt one was probably meant to be.
enum Suggestion {
    /// Returns the candidate that fewest typing mistakes away from `word`; `nil` when all are
    /// further than a third of its length.
    static func closest(to word: String, among candidates: [String]) -> String? {
        let limit = max(1, word.count / 3)
        let rated = candidates.map { (distance(Array(word), Array($0)), $0) }
        guard let best = rated.min(by: { $0.0 < $1.0 }), best.0 <= limit else { return nil }
        return best.1
    }

    /// Counts the letters to insert, remove, replace or swap with their neighbour.
    private static func distance(_ one: [Character], _ other: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...other.count)
        for row in 0..<one.count {
            var current = [row + 1]
            for column in 0..<other.count {
                let isSame = one[row] == other[column]
                var best = min(
                    last[column] + (isSame ? 0 : 1),
                    last[column + 1] + 1,
                    current[column] + 1
                )
                let isSwap =
                    row > 0 && column > 0 && one[row] == other[column - 1]
                    && one[row - 1] == other[column]
                if isSwap { best = min(best, beforeLast[column - 1] + 1) }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[other.count]
    }
}
