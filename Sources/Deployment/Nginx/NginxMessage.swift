import Diagnostics

/// A line that nginx has written on what it does, taken apart.
package struct NginxMessage: Equatable, Sendable {
    /// How bad it is.
    package enum Level: String, Sendable, CaseIterable {
        case debug
        case info
        case notice
        case warn
        case error
        case crit
        case alert
        case emerg

        /// Whether something did not work.
        package var isSerious: Bool {
            switch self {
            case .error, .crit, .alert, .emerg: true
            case .debug, .info, .notice, .warn: false
            }
        }
    }

    private static let shownText = 500

    package let level: Level
    /// What follows the level and nginx's numbers; harmless to print.
    package let text: String

    /// Reads a line as nginx writes it to a terminal or to its log; `nil` for any other.
    ///
    /// Source: ngx_log.c: `nginx: [emerg] …` and `2026/11/23 12:00:00 [emerg] 1#1: *7 …`.
    package init?(_ line: some StringProtocol) {
        guard let open = line.firstIndex(of: "["), let close = line[open...].firstIndex(of: "]"),
            let level = Level(rawValue: String(line[line.index(after: open)..<close])),
            // A client may put such a word into what is logged of its request.
            line.distance(from: line.startIndex, to: open) <= 40
        else { return nil }
        var rest = line[line.index(after: close)...].drop { $0 == " " }
        for mark in ["#", "*"] {
            let word = rest.prefix { $0 != " " }
            let isNumber = word.allSatisfy { $0.isNumber || "#*:".contains($0) }
            if isNumber, word.contains(mark) { rest = rest.dropFirst(word.count + 1) }
        }
        self.level = level
        text = String(rest).harmless(limit: Self.shownText)
    }

    /// The messages among the lines of a text.
    package static func all(in text: [UInt8]) -> [NginxMessage] {
        String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline)
            .compactMap { NginxMessage($0) }
    }

    /// Where in the configuration nginx was: `in /etc/nginx/nginx.conf:7`, at the message's end.
    package var place: (file: String, line: Int)? {
        guard let mark = text.ranges(of: " in /").last,
            let colon = text.lastIndex(of: ":"), colon > mark.lowerBound,
            let line = Int(text[text.index(after: colon)...])
        else { return nil }
        let start = text.index(before: mark.upperBound)
        return (String(text[start..<colon]), line)
    }

    /// Whether it is about one request, and not about nginx itself.
    ///
    /// Source: ngx_http_core_module.c, which ends such messages with whose request it was.
    package var isOfRequest: Bool { text.contains(", client: ") }

    /// The first absolute path in quotation marks: a certificate, an include, a log.
    package var subject: String? {
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.enumerated().first { $0.offset % 2 == 1 && $0.element.hasPrefix("/") }
            .map { String($0.element) }
    }

    /// The message, with the host's path behind it where nginx knows that file by another one.
    package func explained(by paths: PathMap) -> String {
        var notes: [String] = []
        if let place, let host = paths.hostPath(of: place.file), host != place.file {
            notes.append("\(host.harmless(limit: 300)):\(place.line)")
        }
        if let subject, let host = paths.hostPath(of: subject), host != subject {
            notes.append(host.harmless(limit: 300))
        }
        return notes.isEmpty ? text : "\(text) (on the host: \(notes.joined(separator: ", ")))"
    }
}
