package import Nginx
package import PKI

/// What has to be known of an nginx before files can be written for it.
///
/// All paths are as nginx sees them, which may be in a container.
package struct Surroundings: Equatable, Sendable {
    /// How nginx comes to the answers to challenges.
    package enum Challenge: Equatable, Sendable {
        /// By the socket that the responder listens on.
        case socket(String)
        /// By files below that directory.
        case webroot(String)
    }

    /// A `server_names_hash_bucket_size` that is not certctl's.
    package struct NamesBucket: Equatable, Sendable {
        /// In bytes.
        package let size: Int
        /// Its file and line, for people.
        package let place: String

        package init(size: Int, place: String) {
            self.size = size
            self.place = place
        }

        /// Whether a name fits, as nginx rounds the size up.
        func holds(_ name: String) -> Bool {
            // Of a wildcard each label is kept by itself.
            let parts = name.hasPrefix("*.") ? name.split(separator: ".") : [name[...]]
            let longest = parts.map(\.utf8.count).max() ?? 0
            let line = 64
            return SharedFiles.bytes(forNameOf: longest) <= (size + line - 1) / line * line
        }
    }

    package var build: NginxBuild
    /// The store's directory `tls/nginx`: `NAME.conf` there says key and certificate of `NAME`.
    package var pairs: String
    /// The directory of `*.conf` that nginx includes in `http`.
    package var configuration: String
    package var challenge: Challenge
    /// Whether it has IPv6 to listen with.
    package var hasIPv6 = false
    /// Who tells addresses of names while nginx runs: `127.0.0.11` in networks of Docker.
    package var resolvers: [IPAddress] = []
    /// Names that its hosts file knows, and a resolver perhaps does not.
    package var fixedNames: Set<String> = ["localhost"]
    /// The servers in files that are not certctl's, as nginx reads them.
    package var others: [OtherServer] = []
    /// What those files say of `server_names_hash_bucket_size`; nginx takes no second word on it.
    package var namesBucket: NamesBucket?
    /// The port under which the world knows nginx's 443.
    package var httpsPort: UInt16 = 443
    /// A directory that nginx may make, of which all but the last part is there; `nil` where it
    /// can write nothing.
    package var cacheDirectory: String?

    package init(
        build: NginxBuild,
        pairs: String,
        configuration: String,
        challenge: Challenge
    ) {
        self.build = build
        self.pairs = pairs
        self.configuration = configuration
        self.challenge = challenge
    }
}

/// A `server` block that is not certctl's.
package struct OtherServer: Equatable, Sendable {
    /// One of its `listen`; a block that has none listens on port 80 of all addresses.
    package struct Listen: Equatable, Sendable {
        /// `*`, `[::]`, or the one address.
        package let address: String
        package let port: UInt16
        package let isDefault: Bool

        package init(address: String = "*", port: UInt16, isDefault: Bool = false) {
            self.address = address
            self.port = port
            self.isDefault = isDefault
        }
    }

    /// Where it stands, for people.
    package let file: String
    package let listens: [Listen]
    /// As they are written; none where it has no `server_name`.
    package let names: [String]

    package init(file: String, listens: [Listen], names: [String]) {
        self.file = file
        self.listens = listens
        self.names = names
    }

    /// Whether no client asks for it by name: it is there for all others.
    var isNameless: Bool {
        names.allSatisfy { $0.isEmpty || $0 == "_" || $0 == "-" || $0 == "--" || $0 == "*" }
    }
}
