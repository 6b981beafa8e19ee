/// What keeps nginx from running or from taking a configuration, as far as its words tell.
package enum NginxTrouble: Equatable, Sendable {
    /// Somebody else has the port.
    case portTaken
    /// A name in the configuration cannot be resolved, and nginx insists at its start.
    case unknownUpstream(String)
    /// A certificate or key is missing or damaged.
    case certificate(String)
    /// nginx may not read a certificate or its key.
    case unreadablePair(String)
    /// Certificate and key do not belong together.
    case keyMismatch
    /// The program was made for another processor.
    case wrongArchitecture
    /// A directive that this nginx does not have.
    case unknownDirective(String)
    /// A directive that stands twice where it may once.
    case duplicateDirective(String)
    /// A file that the configuration names is missing.
    case missingFile(String)
    /// nginx may not read or write something.
    case forbidden(String)
    /// The image has no such program.
    case missingProgram
    /// It was ended because the machine had no memory left.
    case outOfMemory

    /// Recognizes the trouble in what nginx, the engine or the kernel said; `nil` if it is none of
    /// the known ones.
    ///
    /// Source: ngx_conf_file.c, ngx_inet.c, ngx_event_openssl.c, and what Docker says at a start.
    package init?(in text: String) {
        let known = Self.network(text) ?? Self.files(text) ?? Self.program(text)
        guard let known else { return nil }
        self = known
    }

    private static func network(_ text: String) -> NginxTrouble? {
        let signs = [
            "failed (98", "address already in use", "Address already in use",
            "port is already allocated", "failed to bind port", "failed to bind host port",
        ]
        if signs.contains(where: text.contains) { return .portTaken }
        if let name = text.quoted(after: "host not found in upstream ") {
            return .unknownUpstream(name)
        }
        return nil
    }

    private static func files(_ text: String) -> NginxTrouble? {
        if text.contains("key values mismatch") { return .keyMismatch }
        let beginnings = ["cannot load certificate key ", "cannot load certificate "]
        for beginning in beginnings {
            guard let path = text.quoted(after: beginning) else { continue }
            // Of the file itself, not of one that is named in a warning beside it.
            let rest = text.suffix(after: "\(beginning)\"\(path)\"")
            return rest.contains("Permission denied") ? .unreadablePair(path) : .certificate(path)
        }
        if let name = text.quoted(after: "unknown directive ") { return .unknownDirective(name) }
        if let end = text.firstRange(of: "\" directive is duplicate"),
            let start = text[..<end.lowerBound].lastIndex(of: "\"")
        {
            return .duplicateDirective(String(text[text.index(after: start)..<end.lowerBound]))
        }
        guard let path = text.quoted(after: "() ") else { return nil }
        if text.contains("failed (2:") { return .missingFile(path) }
        if text.contains("failed (13:") { return .forbidden(path) }
        return nil
    }

    private static func program(_ text: String) -> NginxTrouble? {
        if text.contains("exec format error") || text.contains("Exec format error") {
            return .wrongArchitecture
        }
        let signs = [
            "executable file not found", "exec: \"nginx\": ", "starting container process",
        ]
        return signs.contains(where: text.contains) ? .missingProgram : nil
    }
}

extension String {
    /// What follows the first `text`.
    fileprivate func suffix(after text: String) -> Substring {
        firstRange(of: text).map { self[$0.upperBound...] } ?? ""
    }

    /// The word in quotation marks that stands right after the first `beginning`.
    fileprivate func quoted(after beginning: String) -> String? {
        guard let range = firstRange(of: beginning + "\"") else { return nil }
        return String(self[range.upperBound...].prefix { $0 != "\"" })
    }
}
