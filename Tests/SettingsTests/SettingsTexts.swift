import Nginx

@testable import Settings

/// Settings of a text, read as by the program.
enum SettingsTexts {
    static let path = "/etc/certctl/certctl.conf"

    static let names = NameRules(
        toASCII: { $0 == "exämple.test" ? "xn--exmple-cua.test" : nil },
        isLineageName: { !$0.isEmpty && $0.utf8.allSatisfy(\.isASCIILetterOrDigit) }
    )

    static func read(_ text: String) throws(SettingsError) -> Settings {
        try SettingsReader.read(Array(text.utf8), path: path, names: names)
    }

    /// All that is wrong with a text.
    static func findings(_ text: String) -> [SettingsError.Finding] {
        do throws(SettingsError) {
            _ = try read(text)
            return []
        } catch {
            return error.findings
        }
    }

    /// A text without its first `@@`, and the place where that was.
    static func marked(_ text: String) -> (text: String, position: SourcePosition) {
        let parts = text.split(separator: "@@", maxSplits: 1, omittingEmptySubsequences: false)
        let before = Array(parts[0].utf8)
        let position = SourcePosition(of: before.count, in: before)
        return (parts.joined(), position)
    }

    /// One directive in the block where it belongs, among all that the block needs.
    static func text(_ directive: String, in context: SettingsContext) -> String {
        switch context {
        case .file: "\(directive)\n"
        case .authority: "ca letsencrypt {\n  eab_kid k; eab_hmac_file f;\n  \(directive)\n}\n"
        case .proxy: "proxy nginx {\n  configuration /srv/nginx;\n  \(directive)\n}\n"
        case .site: "site a.test {\n  raw { }\n  \(directive)\n}\n"
        case .location: "site a.test { location / {\n  to a:1;\n  \(directive)\n} }\n"
        case .certificate: "certificate a.test {\n  \(directive)\n}\n"
        }
    }
}

/// Slips of a finger.
enum Misspelling {
    /// A word with one letter left out, doubled, swapped with the next, or hit beside its key.
    static func all(of word: String) -> Set<String> {
        let letters = Array(word)
        var slips: Set<String> = []
        for index in letters.indices {
            var slip = letters
            slip.remove(at: index)
            slips.insert(String(slip))
            slip = letters
            slip.insert(letters[index], at: index)
            slips.insert(String(slip))
            slip = letters
            slip[index] = "q"
            slips.insert(String(slip))
            if index + 1 < letters.count {
                slip = letters
                slip.swapAt(index, index + 1)
                slips.insert(String(slip))
            }
        }
        return slips.subtracting([word, ""])
    }
}
