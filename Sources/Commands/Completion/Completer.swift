/// Finds how a command line can go on, from the command table alone.
struct Completer {
    let commands: [any Command.Type]
    /// The names of the certificates below a home, or in the installed store.
    let lineages: (_ home: String?) -> [String]

    /// What can stand in place of `word`, after `words`; the program's name is not one of them.
    func reply(after words: some Sequence<String>, typing word: String) -> CompletionReply {
        let line = PartialLine(words, commands: commands)
        if let option = line.pending {
            return reply(option.completes, typed: word, in: line)
        }
        guard !line.isMistaken else { return .words([]) }
        if word.hasPrefix("-"), !line.hasEndedOptions {
            return inlineValue(word, in: line) ?? .words(options(in: line))
        }
        guard let command = line.command else { return .words(commandWords) }
        let reply = operand(of: command, typed: word, in: line)
        // Where nothing else can be offered, an empty word may become an option.
        guard reply == .words([]), word.isEmpty, !line.hasEndedOptions else { return reply }
        return .words(options(in: line))
    }

    private var commandWords: [CompletionReply.Word] {
        commands.map { .init(text: $0.name, summary: $0.summary) }
    }

    private func options(in line: PartialLine) -> [CompletionReply.Word] {
        line.options.filter { $0.repeats || !line.given.contains($0.name) }
            .map { .init(text: $0.flag, summary: $0.summary) }
    }

    /// The value in `--option=value`; `nil` while the equals sign is missing.
    private func inlineValue(_ word: String, in line: PartialLine) -> CompletionReply? {
        guard let sign = word.firstIndex(of: "=") else { return nil }
        guard let option = line.option(word[..<sign]), option.value != nil else {
            return .words([])
        }
        let value = word.index(after: sign)
        return reply(
            option.completes,
            typed: String(word[value...]),
            prefix: String(word[..<value]),
            in: line
        )
    }

    private func operand(
        of command: any Command.Type,
        typed: String,
        in line: PartialLine
    ) -> CompletionReply {
        guard !command.actions.isEmpty else {
            guard Self.hasRoom(command.operands, after: line.operands.count) else {
                return .words([])
            }
            return reply(command.operandCompletion, typed: typed, in: line)
        }
        guard let name = line.operands.first else {
            return .words(command.actions.map { .init(text: $0.name, summary: $0.summary) })
        }
        guard let action = command.actions.first(where: { $0.name == name }),
            Self.hasRoom(action.operands, after: line.operands.count - 1)
        else { return .words([]) }
        return reply(action.completes, typed: typed, in: line)
    }

    /// Whether one more than `count` operands can be given of those that `text` describes.
    private static func hasRoom(_ text: String, after count: Int) -> Bool {
        text.contains("…") || count < text.split(separator: " ").count
    }

    private func reply(
        _ completion: Completion,
        typed: String,
        prefix: String = "",
        in line: PartialLine
    ) -> CompletionReply {
        switch completion {
        case .nothing: return .words([])
        case .file: return .file(prefix: prefix)
        case .directory: return .directory(prefix: prefix)
        case .commands: return .words(commandWords)
        case .lineages:
            let names = lineages(line.home).filter { !line.operands.contains($0) }
            return .words(names.map { .init(text: prefix + $0, summary: "") })
        case .choices(let choices):
            return choice(choices, typed: typed, prefix: prefix)
        }
    }

    private func choice(_ choices: [String], typed: String, prefix: String) -> CompletionReply {
        let forms = choices.map(ChoiceForm.init)
        if let form = forms.first(where: { $0.path != .nothing && typed.hasPrefix($0.text) }) {
            return form.path == .directory
                ? .directory(prefix: prefix + form.text) : .file(prefix: prefix + form.text)
        }
        return .words(forms.map { .init(text: prefix + $0.text, summary: "") })
    }
}

/// One of several words, or the part of it before a path, as in `webroot:DIR`.
private struct ChoiceForm {
    let text: String
    /// What follows the text.
    let path: Completion

    init(_ choice: String) {
        let parts = choice.split(separator: ":", maxSplits: 1)
        path = parts.count == 2 ? Completion(placeholder: String(parts[1])) : .nothing
        text = path == .nothing ? choice : "\(parts[0]):"
    }
}
