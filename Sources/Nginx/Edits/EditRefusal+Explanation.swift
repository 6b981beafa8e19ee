extension EditRefusal {
    /// Why it is not done, for people, with the place.
    package var explanation: String {
        switch self {
        case .noServer(let name): "no server block has the name \(name)"
        case .nothingListens(let port): "no server block listens on port \(port)"
        case .undecided(let name, let regex, let place):
            "\(place): it cannot be told whether '~\(regex)' matches \(name)"
        case .severalCertificates(let places):
            "this server has several certificates: \(Self.list(places))"
        case .specialValue(let value, let place): "\(place): '\(value)' is no plain path"
        case .sharedFile(let place, let others):
            "\(place): other servers use this file too: \(Self.list(others))"
        case .otherNames(let names, let place):
            "\(place): this server also serves \(names.joined(separator: ", "))"
        case .onlyRedirects(let name, let place):
            "\(place): this server sends \(name) to https, and no server has it there"
        case .challengeLocation(let place): "\(place): this location answers challenges already"
        case .decidedEarlier(let directive, let place):
            "\(place): this '\(directive)' decides before any location is looked for"
        case .fixedDirective(let directive, let place):
            "\(place): this '\(directive)' cannot be changed for one server and one port alone"
        case .twoServers(let place, let other):
            "\(place): another server has its name too: \(other)"
        case .generated(let file, let tool): "\(file): \(tool) writes this file"
        case .unwritable(let path): "'\(path)' cannot be written in nginx's syntax"
        }
    }

    /// What to do about it, for people.
    package var remedy: String {
        switch self {
        case .noServer: "write a server block with that server_name, or leave the file to certctl"
        case .nothingListens(let port): "add a server block with 'listen \(port);'"
        case .undecided: "list the name in the server_name of its block"
        case .severalCertificates: "leave one pair of ssl_certificate and ssl_certificate_key there"
        case .specialValue: "name the certificate by a plain path"
        case .sharedFile: "move ssl_certificate and ssl_certificate_key into the server block"
        case .otherNames: "ask for these names too, or give them a server block of their own"
        case .onlyRedirects: "write a server block with 'listen 443 ssl;' for the name"
        case .challengeLocation: "take the location away, or use http01 webroot"
        case .decidedEarlier: "move it into 'location / { … }', or let certctl redirect to https"
        case .fixedDirective: "write it in the server block itself, for one port"
        case .twoServers: "take one of the two away; certctl writes the one that redirects"
        case .generated(_, let tool): "change it by way of \(tool), or leave the file to certctl"
        case .unwritable: "choose a path without control characters, of fewer than 4000 bytes"
        }
    }

    private static func list(_ places: [SourcePlace]) -> String {
        places.map(\.description).joined(separator: ", ")
    }
}

extension EditReport {
    /// What it is, for people, with the place.
    package var explanation: String {
        switch self {
        case .uncovered(let names, let place):
            "\(place): this server also has names that the certificate is not for: "
                + names.joined(separator: ", ")
        case .answeredByDefault(let name, let socket, let place):
            "\(place): on \(socket) this server, the default, answers for \(name)"
        case .overridesHTTP(let place):
            "\(place): the certificate of http stays for the other servers"
        case .keptTLSSettings(let place): "\(place): the server's own settings for TLS are kept"
        case .movedReturn(let place): "\(place): this return now stands in 'location /'"
        case .redirectsAlready(let place): "\(place): this server sends to https already"
        }
    }
}
