/// Which server answers, and why it.
package struct ServerChoice: Sendable {
    /// Why.
    package enum Reason: Equatable, Sendable {
        /// It lists the name, or a wildcard of it.
        case name(MatchRank)
        /// It is the first with a regular expression that matches.
        case regex(String)
        /// Nobody has the name.
        case byDefault
        /// It would be this one if that regular expression matches, which cannot be told here.
        case undecided(String)
    }

    package let socket: Socket
    package let server: Server
    package let reason: Reason
}

extension Configuration {
    /// The servers that nginx chooses for a host's name, one for each socket of that port.
    package func choices(for name: String, onPort port: Int) -> [ServerChoice] {
        sockets.filter { $0.port == port }.map { choice(for: name, on: $0) }
    }

    /// The servers that nginx chooses for a host's name where TLS is spoken.
    package func tlsChoices(for name: String) -> [ServerChoice] {
        sockets.filter(\.isTLS).map { choice(for: name, on: $0) }
    }

    /// The server that nginx chooses: the exact name, the longest `*.x`, the longest `x.*`, the
    /// first regular expression, the default.
    ///
    /// A wildcard such as `*.example.com` is looked for among the names that are listed.
    package func choice(for name: String, on socket: Socket) -> ServerChoice {
        let name = name.lowercased()
        var best: (rank: MatchRank, server: Int)?
        for number in socket.servers {
            for own in servers[number].names {
                let rank = own.lists(name) ? .exact : own.rank(of: name)
                // The first of equals: nginx warns of the others, and ignores them.
                guard let rank, best.map({ $0.rank < rank }) ?? true else { continue }
                best = (rank, number)
            }
        }
        if let best {
            return ServerChoice(
                socket: socket,
                server: servers[best.server],
                reason: .name(best.rank)
            )
        }
        return choiceByRegex(for: name, on: socket)
            ?? ServerChoice(
                socket: socket,
                server: servers[socket.defaultServer],
                reason: .byDefault
            )
    }

    private func choiceByRegex(for name: String, on socket: Socket) -> ServerChoice? {
        for number in socket.servers {
            for case .regex(let text) in servers[number].names {
                switch PatternMatch.verdict(of: text, on: name) {
                case true?:
                    return ServerChoice(
                        socket: socket,
                        server: servers[number],
                        reason: .regex(text)
                    )
                case nil:
                    return ServerChoice(
                        socket: socket,
                        server: servers[number],
                        reason: .undecided(text)
                    )
                case false?: continue
                }
            }
        }
        return nil
    }
}
