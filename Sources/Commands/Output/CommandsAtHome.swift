import Diagnostics

/// Commands in a text for people, made for the folder that `--home` has named: as they stand they would
/// act on another store.
enum CommandsAtHome {
    /// Those that have no store.
    private static let homeless: Set<String> = ["help", "version", "completion"]
    private static let names = Set(CommandTable.names).subtracting(homeless)

    /// The text with `--home` behind each command of certctl that has none; as it is where there is no home.
    static func text(_ text: String, home: String?) -> String {
        guard let home else { return text }
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        return words.indices.map { index in
            let word = words[index]
            let name = word.prefix { $0.isLetter }
            let isCommand =
                index > words.startIndex && words[index - 1].isProgram
                && names.contains(String(name)) && !hasHome(words[index...])
            guard isCommand else { return String(word) }
            return "\(name) --home \(quoted(home))\(word.dropFirst(name.count))"
        }
        .joined(separator: " ")
    }

    /// Whether the command that begins there has its home, before another one or its clause's end.
    private static func hasHome(_ words: ArraySlice<Substring>) -> Bool {
        for word in words {
            if word.hasPrefix("--home") { return true }
            if word.isProgram || word.contains(where: { ";:\n".contains($0) }) { return false }
        }
        return false
    }

    /// The home that a command line names, in either form.
    static func home(in arguments: [String]) -> String? {
        for (index, word) in arguments.enumerated() {
            if word.hasPrefix("--home=") { return String(word.dropFirst("--home=".count)) }
            if word == "--home", index + 1 < arguments.count { return arguments[index + 1] }
        }
        return nil
    }

    /// As a shell takes it for one word.
    private static func quoted(_ path: String) -> String {
        let path = path.harmless(limit: 300)
        let isPlain = path.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                || "/._-+@".unicodeScalars.contains(scalar)
        }
        return isPlain ? path : "'\(path.replacing("'", with: "'\\''"))'"
    }
}

extension Substring {
    /// Whether it ends with the program's name, after quotes, brackets or the start of a line.
    fileprivate var isProgram: Bool {
        guard hasSuffix("certctl") else { return false }
        return dropLast("certctl".count).last.map { !$0.isLetter && $0 != "/" && $0 != "-" } ?? true
    }
}
