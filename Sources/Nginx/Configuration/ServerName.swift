/// A name that a `server` answers to.
///
/// Source: nginx's documentation, "Server names".
package enum ServerName: Hashable, Sendable {
    /// In lower case; `""` is for requests without a name.
    case exact(String)
    /// `*.example.com`, kept as `example.com`.
    case leading(String)
    /// `.example.com`: `example.com` and all below it; kept without its dot.
    case suffix(String)
    /// `www.example.*`, kept as `www.example`.
    case trailing(String)
    /// `~…`, kept without the `~`.
    case regex(String)
    /// `$hostname`: the machine's.
    case hostname

    /// Reads an argument of `server_name`.
    package init(_ text: String) {
        let lower = text.lowercased()
        if text.hasPrefix("~") {
            self = .regex(String(text.dropFirst()))
        } else if text == "$hostname" {
            self = .hostname
        } else if lower.hasPrefix("*.") {
            self = .leading(String(lower.dropFirst(2)))
        } else if lower.hasPrefix("."), lower.utf8.count > 1 {
            self = .suffix(String(lower.dropFirst()))
        } else if lower.hasSuffix(".*") {
            self = .trailing(String(lower.dropLast(2)))
        } else {
            self = .exact(lower)
        }
    }

    /// Whether the name itself is listed; `*.example.com` is by itself and by `.example.com`.
    package func lists(_ name: String) -> Bool {
        switch (self, ServerName(name)) {
        case (.suffix(let own), .exact(let other)), (.suffix(let own), .leading(let other)):
            own == other
        case (let own, let other): own == other
        }
    }

    /// How well a host's name is met; `nil` if it is not, or only a regular expression could tell.
    func rank(of name: String) -> MatchRank? {
        switch self {
        case .exact(let own): own == name ? .exact : nil
        case .leading(let own): name.hasSuffix("." + own) ? .leading(own.utf8.count) : nil
        case .suffix(let own):
            if own == name { .exact } else { ServerName.leading(own).rank(of: name) }
        case .trailing(let own): name.hasPrefix(own + ".") ? .trailing(own.utf8.count) : nil
        case .regex, .hostname: nil
        }
    }
}

/// How a name was met, better ones being greater.
package enum MatchRank: Comparable, Sendable {
    /// The `x.*` of that many bytes.
    case trailing(Int)
    /// The `*.x` of that many bytes.
    case leading(Int)
    case exact
}
