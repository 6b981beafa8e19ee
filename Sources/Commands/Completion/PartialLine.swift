/// A command line that is still being typed: what its whole words, after the program's name, have
/// settled.
struct PartialLine {
    /// Whether a word stands where the command should and is none.
    private(set) var isMistaken = false
    private(set) var command: (any Command.Type)?
    private(set) var operands: [String] = []
    /// The names of the options that were given.
    private(set) var given: Set<String> = []
    private(set) var home: String?
    /// The option whose value comes next.
    private(set) var pending: CommandOption?
    /// Whether what follows are operands, whatever they begin with.
    private(set) var hasEndedOptions = false

    init(_ words: some Sequence<String>, commands: [any Command.Type]) {
        for word in words {
            if let option = pending, !word.hasPrefix("--") {
                take(word, of: option)
            } else if !hasEndedOptions, word.hasPrefix("-"), word != "-" {
                takeOption(word)
            } else if command != nil {
                operands.append(word)
            } else {
                command = commands.first { $0.name == word }
                isMistaken = isMistaken || command == nil
            }
        }
    }

    /// What can be given here.
    var options: [CommandOption] { (command?.options ?? []) + CommandOption.common }

    func option(_ flag: some StringProtocol) -> CommandOption? {
        options.first { $0.flag == flag }
    }

    private mutating func takeOption(_ word: String) {
        pending = nil
        guard word != "--" else {
            hasEndedOptions = true
            return
        }
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let option = option(parts[0]) else { return }
        given.insert(option.name)
        if parts.count == 2 {
            take(String(parts[1]), of: option)
        } else if option.value != nil {
            pending = option
        }
    }

    private mutating func take(_ value: String, of option: CommandOption) {
        pending = nil
        if option.name == "home" { home = value }
    }
}
