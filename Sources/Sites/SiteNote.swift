import Diagnostics

/// Something that an operator should know of files that could be written all the same.
package enum SiteNote: Equatable, Sendable {
    /// This nginx cannot look names of a group up again: requests are divided among them by chance
    /// instead, and a server that is down is not passed over.
    case dividedByChance(site: String, path: String)
    /// nginx has nowhere to keep files.
    case notCached(site: String)
    /// Requests for names that no site has go there, as before.
    case keepsDefault(port: UInt16, file: String)
    /// Requests for names that no site has went there, and are refused from now on.
    case replacesDefault(port: UInt16, file: String)
    /// What comes in at that address goes to the servers of that file alone.
    case ownAddress(String, port: UInt16, file: String)
    /// Who asks for no name, or for none that there is, is shown that site's certificate.
    case showsCertificate(site: String)
    /// More than one site has an address for a name: clients that ask by it are shown the first
    /// one's certificate.
    case addressOfMany(site: String)
    /// The others' files leave nginx too little room for names as long as this.
    case longName(String, in: Surroundings.NamesBucket, needed: Int)
    /// No container that nginx reaches is called so; the name that is most like it.
    case noServer(site: String, host: String, similar: String?)
    /// The container that it leads to does not run, and what starts it.
    case stoppedServer(site: String, container: String, status: String, command: String)
    /// The container that it leads to is in none of nginx's networks.
    case serverElsewhere(site: String, container: String)
    /// nginx shares a network with the container, in which names mean nothing.
    case unnamedServer(site: String, container: String, network: String)
    /// That host is nginx's own container.
    case leadsToItself(site: String, host: String)
    /// What is wrong with the file that `auth_basic_user_file` names.
    case passwords(site: String, PasswordTrouble)

    /// Whether something is otherwise from now on, or will not work: what a run must not keep quiet about.
    package var isWarning: Bool {
        switch self {
        case .passwords(_, .inContainer): false
        case .replacesDefault, .longName, .noServer, .stoppedServer, .serverElsewhere,
            .unnamedServer, .leadsToItself, .passwords:
            true
        case .dividedByChance, .notCached, .keepsDefault, .ownAddress, .showsCertificate,
            .addressOfMany:
            false
        }
    }
}

extension SiteNote: CustomStringConvertible {
    /// The note for people, in one line.
    package var description: String { text.harmless() }

    private var text: String {
        switch self {
        case .dividedByChance(let site, let path):
            "\(site): before nginx 1.27.3 requests for \(path) are divided by chance, and a server "
                + "that is down is not passed over"
        case .notCached(let site): "\(site): nginx has no directory that it could cache in"
        case .keepsDefault(let port, let file):
            "requests to port \(port) for unknown names go to the server in \(file), as before"
        case .replacesDefault(let port, let file):
            "requests to port \(port) for unknown names are refused now; they went to the server "
                + "in \(file). To keep that, write there: listen \(port) default_server;"
        case .ownAddress(let address, let port, let file):
            "requests to \(address):\(port) go to the server in \(file) and to no site"
        case .showsCertificate(let site):
            "whoever asks for an unknown name is shown the certificate of \(site)"
        case .addressOfMany(let site):
            "\(site): asked for by its address, another site's certificate is shown"
        case .longName(let name, let bucket, let needed):
            "\(name) is too long for server_names_hash_bucket_size \(bucket.size) in "
                + "\(bucket.place): nginx will refuse it. Write there: "
                + "server_names_hash_bucket_size \(needed);"
        case .noServer(let site, let host, let similar):
            "\(site): no container in nginx's networks is called \(host), and requests get 502; "
                + (similar.map { "did you mean \($0)?" }
                    ?? "correct the name, or put its container into one of these networks")
        case .stoppedServer(let site, let container, let status, let command):
            "\(site): the container \(container) does not run (\(status)), and requests get 502: "
                + command
        case .serverElsewhere(let site, let container):
            "\(site): the container \(container) is in none of nginx's networks, and requests get "
                + "502: put both into one network"
        case .unnamedServer(let site, let container, let network):
            "\(site): containers have no names in the network \(network), the only one of nginx's: "
                + "put it and \(container) into a network of your own"
        case .leadsToItself(let site, let host):
            "\(site): \(host) is the container of nginx itself: name the container that is meant, "
                + "or host.docker.internal for this host (on Linux with extra_hosts: "
                + "host.docker.internal:host-gateway)"
        case .passwords(let site, let trouble):
            "\(site): \(trouble.description)"
        }
    }
}
