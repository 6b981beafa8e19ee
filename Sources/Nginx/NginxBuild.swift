/// An nginx, or one of its kin, as `nginx -V` tells it.
package struct NginxBuild: Equatable, Sendable {
    /// Whose nginx it is.
    package enum Product: Equatable, Sendable {
        case nginx
        case openResty
        case tengine
        case angie
        case freenginx
        case other(String)
    }

    /// What TLS is made with.
    package enum TLSLibrary: Equatable, Sendable {
        case openSSL(DottedVersion)
        /// LibreSSL, BoringSSL, AWS-LC and what is still to come, in its own words.
        case other(String)
    }

    package let product: Product
    /// In the product's own numbers.
    package let version: DottedVersion
    /// The release of nginx proper whose directives it knows at least.
    ///
    /// Nothing newer is claimed for a fork, whose numbers are its own.
    package let base: DottedVersion
    /// What it runs with, which may be newer than what it was built with; `nil` without TLS.
    package let library: TLSLibrary?
    /// How it was configured, one option each.
    package let options: [String]

    /// Reads what `nginx -V` has printed; `nil` where it names no version.
    package init?(versionText: String) {
        let lines = versionText.split(whereSeparator: \.isNewline)
        let versions = lines.compactMap(Self.version)
        guard let (product, version) = versions.first else { return nil }
        self.product = product
        self.version = version
        base = versions.first { $0.product == .nginx }?.version ?? Self.base(of: product, version)
        library = lines.compactMap(Self.library).first
        let prefix = "configure arguments:"
        let line = lines.first { $0.hasPrefix(prefix) }
        options = line.map { Self.words($0.dropFirst(prefix.count)) } ?? []
    }

    /// Whether a module, as `http_v2_module`, was built in; one to be loaded is not.
    package func has(_ module: String) -> Bool { options.contains("--with-\(module)") }

    /// Whether it knows what came with that release of nginx.
    package func isAtLeast(_ parts: Int...) -> Bool { base >= DottedVersion(parts) }

    /// Reads `nginx version: nginx/1.22.1`, or a line like it.
    private static func version(_ line: Substring) -> (product: Product, version: DottedVersion)? {
        guard let colon = line.range(of: " version: ") else { return nil }
        let parts = line[colon.upperBound...].split(separator: "/", maxSplits: 1)
        guard parts.count == 2, let version = DottedVersion(parts[1]) else { return nil }
        let product: Product =
            switch parts[0].lowercased() {
            case "nginx": .nginx
            case "openresty": .openResty
            case "tengine": .tengine
            case "angie": .angie
            case "freenginx": .freenginx
            default: .other(String(parts[0]))
            }
        return (product, version)
    }

    private static func base(of product: Product, _ version: DottedVersion) -> DottedVersion {
        switch product {
        // Three numbers of nginx, and one of its own.
        case .nginx, .openResty: DottedVersion(Array(version.parts.prefix(3)))
        // It went its own way there.
        case .freenginx: min(version, DottedVersion([1, 25, 3]))
        // Its 1.1.0 had all of nginx 1.23.3, its 1.2.0 of 1.25.1.
        case .angie: DottedVersion(version >= DottedVersion([1, 2]) ? [1, 25, 1] : [1, 23, 1])
        case .tengine, .other: DottedVersion([])
        }
    }

    /// Reads `built with OpenSSL 3.0.22 25 Aug 2026 (running with OpenSSL 3.0.19 27 Jan 2026)`.
    private static func library(_ line: Substring) -> TLSLibrary? {
        let prefix = "built with "
        guard line.hasPrefix(prefix) else { return nil }
        var text = line.dropFirst(prefix.count)
        if let running = text.range(of: "(running with ") {
            text = text[running.upperBound...].prefix { $0 != ")" }
        }
        let words = text.split(separator: " ")
        // What imitates OpenSSL says so: `OpenSSL 1.1.1 (compatible; BoringSSL)`.
        guard words.count > 1, words[0] == "OpenSSL", text.range(of: "(compatible") == nil,
            let version = DottedVersion(words[1])
        else { return .other(String(text)) }
        return .openSSL(version)
    }

    /// Takes the options apart; those of a compiler stand together in quotes.
    private static func words(_ text: Substring) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        for character in text {
            if character == "'" {
                isQuoted.toggle()
            } else if character == " ", !isQuoted {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }
}

extension Substring {
    /// Where `text` stands first.
    fileprivate func range(of text: String) -> Range<Index>? {
        ranges(of: text).first
    }
}
