import Diagnostics

/// A command line taken apart by the options that its command knows.
struct ParsedArguments: Equatable, Sendable {
    let operands: [String]
    private let values: [String: [String]]
    private let options: [CommandOption]

    /// Takes `words` apart: `--name value`, `--name=value`, and `--` before operands that begin
    /// with hyphens.
    ///
    /// Throws ``UsageError`` for an option that is unknown, lacks its value, or is given twice where
    /// it may be given once.
    init(_ words: some Sequence<String>, options: [CommandOption]) throws(UsageError) {
        var operands: [String] = []
        var values: [String: [String]] = [:]
        var rest = Array(words)[...]
        while let word = rest.popFirst() {
            if word == "--" {
                operands += rest
                break
            }
            guard word.hasPrefix("-"), word != "-" else {
                operands.append(word)
                continue
            }
            let (option, inline) = try Self.option(word, among: options)
            guard option.repeats || values[option.name] == nil else {
                throw .repeatedOption(option.name)
            }
            let value = try Self.value(of: option, inline: inline, rest: &rest)
            values[option.name, default: []].append(value)
        }
        self.operands = operands
        self.values = values
        self.options = options
    }

    /// The words that say the same, with the options first; `change` gives each value anew, and `nil`
    /// for an option that is to be left out.
    func words(_ change: (_ option: CommandOption, _ value: String) -> String?) -> [String] {
        let given = options.flatMap { option in
            (values[option.name] ?? []).compactMap { value -> String? in
                guard let new = change(option, value) else { return nil }
                return option.value == nil ? option.flag : "\(option.flag)=\(new)"
            }
        }
        return given + (operands.isEmpty ? [] : ["--"] + operands)
    }

    /// The value of an option, or an empty text for a switch; `nil` when it was not given.
    subscript(_ name: String) -> String? { values[name]?.last }

    /// All values of an option that may be given more than once, in their order.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// Whether a switch was given.
    func has(_ name: String) -> Bool { values[name] != nil }

    private static func option(
        _ word: String,
        among options: [CommandOption]
    ) throws(UsageError) -> (CommandOption, inline: String?) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let option = options.first(where: { "--\($0.name)" == parts[0] }) else {
            let name = parts[0].drop { $0 == "-" }
            throw .unknownOption(
                String(parts[0]),
                suggestion: Suggestion.closest(
                    to: "--\(name)",
                    among: options.filter { !CommandOption.owners.contains($0) }.map {
                        "--\($0.name)"
                    }
                )
            )
        }
        return (option, parts.count == 2 ? String(parts[1]) : nil)
    }

    private static func value(
        of option: CommandOption,
        inline: String?,
        rest: inout ArraySlice<String>
    ) throws(UsageError) -> String {
        guard let placeholder = option.value else {
            guard inline == nil else { throw .unexpectedValue(option.name) }
            return ""
        }
        if let inline { return inline }
        guard let next = rest.first, !next.hasPrefix("--") else {
            throw .missingValue(option.name, placeholder: placeholder)
        }
        rest.removeFirst()
        return next
    }
}
