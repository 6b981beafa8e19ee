import ACME
import Diagnostics
import Nginx
import PKI

/// Values of directives.
extension SettingsReader {
    /// Reads the only argument of a directive; what is wrong with it is noted at that argument.
    mutating func value<Value>(
        _ entry: Entry?,
        _ read: (String) throws(SettingsFault) -> Value
    ) -> Value? {
        guard let entry, let text = entry.words.first else { return nil }
        return attempt(at: entry.source.arguments[0]) { () throws(SettingsFault) in
            try read(text)
        }
    }

    /// Reads each argument of a directive; what is wrong with one is noted there, and one that comes
    /// twice.
    mutating func values<Value: Equatable>(
        of entry: Entry,
        _ read: (String) throws(SettingsFault) -> Value
    ) -> [Value] {
        var values: [Value] = []
        for (text, word) in zip(entry.words, entry.source.arguments) {
            let value = attempt(at: word) { () throws(SettingsFault) in try read(text) }
            guard let value else { continue }
            if values.contains(value) {
                let place = position(of: entry.source.arguments[0].span.lowerBound)
                note(.duplicate(text, first: place), at: word)
            }
            values.append(value)
        }
        return values
    }

    /// Reads something at `word`; what is wrong with it is noted there.
    mutating func attempt<Value>(
        at word: Word,
        _ read: () throws(SettingsFault) -> Value
    ) -> Value? {
        do throws(SettingsFault) {
            return try read()
        } catch {
            note(error, at: word)
            return nil
        }
    }

    /// Reads a switch: alone it is on.
    mutating func flag(_ entry: Entry?) -> Bool? {
        guard let entry else { return nil }
        guard !entry.words.isEmpty else { return true }
        return value(entry) { text throws(SettingsFault) in
            try Self.choice(text, of: entry.name, among: [("on", true), ("off", false)])
        }
    }

    /// Reads a path: as it stands, or from the file's own directory.
    mutating func path(_ entry: Entry?, _ use: PathUse) -> String? {
        let (names, directory) = (names, directory)
        return value(entry) { text throws(SettingsFault) in
            let name = entry?.name ?? ""
            guard !text.isEmpty else {
                throw Self.unusable(name, "", "the path of a file or directory")
            }
            let path = text.hasPrefix("/") ? text : "\(directory)/\(text)"
            return try names.path(path, of: name, use)
        }
    }

    /// Reads a word as it is; an empty one is none.
    mutating func text(_ entry: Entry?, _ allowed: String = "a name") -> String? {
        guard let entry else { return nil }
        return value(entry) { text throws(SettingsFault) in
            guard !text.isEmpty else { throw Self.unusable(entry.name, "", allowed) }
            return text
        }
    }

    /// Finds `text` among the words of a directive.
    static func choice<Value>(
        _ text: String,
        of name: String,
        among choices: [(String, Value)]
    ) throws(SettingsFault) -> Value {
        if let choice = choices.first(where: { $0.0 == text }) { return choice.1 }
        let words = choices.map(\.0)
        throw .unusableValue(
            of: name,
            value: text,
            allowed: words.joined(separator: ", "),
            suggestion: Suggestion.closest(to: text, among: words)
        )
    }

    static func choice<Value: CaseIterable & RawRepresentable<String>>(
        _ text: String,
        of name: String
    ) throws(SettingsFault) -> Value {
        try choice(text, of: name, among: Value.allCases.map { ($0.rawValue, $0) })
    }

    /// What is wrong with a value that is neither one of these words nor of that form.
    static func unusable(
        _ name: String,
        _ value: String,
        _ form: String,
        _ words: [String] = []
    ) -> SettingsFault {
        guard let suggestion = Suggestion.closest(to: value, among: words) else {
            return .unusableForm(of: name, value: value, form: form)
        }
        return .unusableValue(of: name, value: value, allowed: form, suggestion: suggestion)
    }

    static func email(_ text: String) throws(SettingsFault) -> EmailAddress {
        guard let email = EmailAddress(text) else {
            throw unusable("email", text, "one address: ops@example.com")
        }
        return email
    }

    static func mode(_ text: String) throws(SettingsFault) -> HTTP01Mode {
        guard let mode = HTTP01Mode(text) else {
            // What follows the colon is the operator's own.
            let word = text.split(separator: ":", maxSplits: 1).first.map(String.init) ?? text
            let words = HTTP01Mode.forms.map {
                $0.split(separator: ":").first.map(String.init) ?? $0
            }
            let form = Suggestion.closest(to: word, among: words).flatMap { word in
                HTTP01Mode.forms.first { $0.hasPrefix(word) }
            }
            let forms = HTTP01Mode.forms.joined(separator: ", ")
            guard let form else { throw .unusableForm(of: "http01", value: text, form: forms) }
            throw .unusableValue(of: "http01", value: text, allowed: forms, suggestion: form)
        }
        return mode
    }

    static func group(_ text: String) throws(SettingsFault) -> UInt32 {
        guard text.utf8.allSatisfy(\.isASCIIDigit), let group = UInt32(text), group < .max else {
            throw unusable("tls_group", text, "the number of a group, as `id -g` tells it")
        }
        return group
    }
}
