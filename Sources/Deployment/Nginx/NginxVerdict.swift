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

/// The configuration as nginx reads it: every file, each after a line that names it.
package struct NginxDump: Equatable, Sendable {
    /// nginx writes no configuration that it does not accept: the text is empty then.
    package let verdict: NginxVerdict
    /// What `nginx -T` writes to standard output.
    package let text: [UInt8]
}
