/// Records that are put together and taken apart.
extension Undo {
    /// Adds edits that were made after all of these.
    package mutating func append(_ later: Undo) {
        steps += later.steps
    }

    /// The same edits of files that have other paths now; what is not in `paths` keeps its own.
    ///
    /// Two files must not get one path.
    package func renamed(_ paths: [String: String]) -> Undo {
        var undo = Undo()
        undo.steps = steps.map { step in
            Dictionary(uniqueKeysWithValues: step.map { (paths[$0.key] ?? $0.key, $0.value) })
        }
        return undo
    }

    /// The edits of these files alone.
    package func only(_ paths: Set<String>) -> Undo {
        var undo = Undo()
        undo.steps = steps.map { $0.filter { paths.contains($0.key) } }.filter { !$0.isEmpty }
        return undo
    }

    /// Whether a file has nothing of what the edits wrote: somebody has taken it all away already.
    package func isGone(from bytes: [UInt8], of path: String) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        return steps.compactMap { $0[path] }.joined().allSatisfy { region in
            let new = String(decoding: region.new, as: UTF8.self)
            let lines = new.split(whereSeparator: \.isNewline).map { $0.split { $0.isWhitespace } }
            return lines.allSatisfy { words in
                // A brace or a blank says nothing of who wrote it.
                words.count < 2 || !text.contains(words.joined(separator: " "))
            }
        }
    }
}
