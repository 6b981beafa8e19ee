/// "Did you mean": the word that a misspelt one was probably meant to be.
package enum Suggestion {
    /// Returns the candidate that is fewest typing mistakes away from `word`.
    ///
    /// Another case of the letters is no mistake. `nil` when all are further away than a third of
    /// the word's length.
    package static func closest(to word: String, among candidates: [String]) -> String? {
        let letters = Array(word.lowercased())
        let limit = max(1, letters.count / 3)
        var best: (distance: Int, beginning: Int, word: String)?
        for candidate in candidates {
            let other = Array(candidate.lowercased())
            // Without this a long word would be compared letter by letter in vain.
            guard abs(other.count - letters.count) <= limit else { continue }
            let distance = distance(letters, other)
            // Of two that are as near the one is meant that begins alike.
            let beginning = zip(letters, other).prefix { $0 == $1 }.count
            let isNearer =
                (distance, -beginning) < (best?.distance ?? .max, -(best?.beginning ?? 0))
            if distance <= limit, isNearer { best = (distance, beginning, candidate) }
        }
        return best?.word
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
