/// The name servers of a resolv.conf, as nginx's `resolver` wants them.
enum NameServers {
    /// Where Docker answers for the names of containers, on every network but its default one.
    ///
    /// Source: Docker's documentation, "Networking overview", DNS services.
    static let dockers = "127.0.0.11"

    /// Reads resolv.conf; what nginx cannot use is left out.
    ///
    /// Source: resolv.conf(5). nginx takes IPv6 addresses in brackets, and none with a zone.
    static func all(in text: String) -> [String] {
        var servers: [String] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.count > 1, words[0] == "nameserver", !words[1].contains("%"),
                words[1].allSatisfy({ $0.isHexDigit || $0 == "." || $0 == ":" })
            else { continue }
            let server = words[1].contains(":") ? "[\(words[1])]" : String(words[1])
            if !servers.contains(server) { servers.append(server) }
        }
        return servers
    }
}
