import Diagnostics

/// What nginx says of its configuration when it is asked to test it.
package struct NginxVerdict: Equatable, Sendable {
    /// Whether it would start with it, or take it on a reload.
    package let isAccepted: Bool
    /// What it said on it, warnings included, in its order.
    package let messages: [NginxMessage]
    /// The same in lines that are harmless to print, with the paths of the host.
    package let lines: [String]

    /// Judges by how `nginx -t` has ended and by what it has said.
    init(isAccepted: Bool, said: [UInt8], paths: PathMap) {
        self.isAccepted = isAccepted
        messages = NginxMessage.all(in: said)
        let explained = messages.filter { $0.level != .notice }.map { $0.explained(by: paths) }
        lines = explained.isEmpty && !isAccepted ? Self.lastLines(said) : explained
    }

    /// The message for which it refuses; `nil` when it accepts, or says nothing that is known.
    package var refusal: NginxMessage? {
        isAccepted ? nil : messages.last { $0.level.isSerious }
    }

    /// Why it refuses, as far as that is one of the known ways.
    package var trouble: NginxTrouble? { refusal.flatMap { NginxTrouble(in: $0.text) } }

    private static func lastLines(_ said: [UInt8]) -> [String] {
        String(decoding: said.suffix(2000), as: UTF8.self).split(whereSeparator: \.isNewline)
            .suffix(5).map { String($0).harmless(limit: 400) }
    }
}

/// What nginx is, and its configuration as it reads it: every file, each after a line that names it.
package struct NginxDump: Equatable, Sendable {
    /// What `nginx -V` says: version, OpenSSL, options of its build; empty where it says none.
    package let build: String
    /// nginx writes no configuration that it does not accept: the text is empty then.
    package let verdict: NginxVerdict
    /// What `nginx -T` writes to standard output.
    package let text: [UInt8]

    package init(build: String, verdict: NginxVerdict, text: [UInt8]) {
        self.build = build
        self.verdict = verdict
        self.text = text
    }

    /// Takes what `nginx -V -T` has said on standard error, and on standard output.
    init(isAccepted: Bool, said: [UInt8], text: [UInt8], paths: PathMap) {
        let newline = UInt8(ascii: "\n")
        let lines = said.split(separator: newline, omittingEmptySubsequences: false)
        // The options of its build are the last line of what it says of itself.
        let last = lines.firstIndex { $0.starts(with: "configure arguments:".utf8) }
        let itself = lines.prefix(last.map { $0 + 1 } ?? 0).joined(separator: [newline])
        let configuration = lines.dropFirst(last.map { $0 + 1 } ?? 0).joined(separator: [newline])
        self.init(
            build: String(decoding: Array(itself), as: UTF8.self),
            verdict: NginxVerdict(isAccepted: isAccepted, said: Array(configuration), paths: paths),
            text: isAccepted ? text : []
        )
    }
}
