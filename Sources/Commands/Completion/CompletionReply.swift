/// How a command line can go on, for a shell that knows nothing of certctl.
enum CompletionReply: Equatable {
    /// A word that can stand where the cursor is, and what it means.
    struct Word: Equatable {
        let text: String
        let summary: String
    }

    /// One of these. They are not narrowed down to what is typed: each shell has rules of its own.
    case words([Word])
    /// A file after `prefix`, which is a part of the word being typed.
    case file(prefix: String)
    /// A directory after `prefix`.
    case directory(prefix: String)

    /// The first line says which kind it is; words follow, one a line, a tab before what each
    /// means.
    var text: String {
        switch self {
        case .words(let words):
            "words\n" + words.map { "\($0.text)\t\($0.summary)\n" }.joined()
        case .file(let prefix): "files \(prefix)\n"
        case .directory(let prefix): "directories \(prefix)\n"
        }
    }
}
