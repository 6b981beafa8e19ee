import Nginx

/// The promises of in-place edits, on one random configuration.
package enum EditTrial {
    /// What was tried.
    package struct Totals: CustomStringConvertible {
        package private(set) var configurations = 0
        /// Those that were edited; the others were refused.
        package private(set) var edited = 0
        private(set) var edits = 0

        package init() {}

        package var description: String {
            "\(configurations) configurations, \(edited) edited in \(edits) places"
        }

        fileprivate mutating func count(_ session: EditSession?) {
            configurations += 1
            guard let session else { return }
            edited += 1
            edits += session.undo.steps.flatMap(\.values).reduce(0) { $0 + $1.count }
        }
    }

    /// What is wrong with the edits of the configuration of that seed; `nil` when all promises are
    /// kept.
    package static func fault(ofSeed seed: UInt64, _ totals: inout Totals) -> String? {
        var random = RandomSites(seed: seed)
        let files = random.make()
        let run = InPlace(
            names: seed % 3 == 0 ? ["a.test", "www.a.test"] : ["a.test"],
            redirects: seed % 4 == 0
        )
        do {
            let found = try files.read()
            guard try Configuration(dump: files.dump()).files == found.files else {
                return "the output of nginx -T has other files"
            }
            let session: EditSession
            do {
                session = try run.run(on: found)
            } catch is EditRefusal {
                totals.count(nil)
                return nil
            }
            totals.count(session)
            return try faultOfBytes(session) ?? faultOfMeaning(session, run)
                ?? faultOfUndo(session, files)
        } catch {
            return "\(error)"
        }
    }

    /// Nothing but certificates and plain `listen` is taken away, and all else stands as it did.
    private static func faultOfBytes(_ session: EditSession) -> String? {
        for step in session.undo.steps {
            for region in step.values.joined() {
                let old = region.old.string.split { $0.isWhitespace }.joined(separator: " ")
                let isOurs =
                    old.isEmpty || old.hasPrefix("ssl_certificate") || old.hasPrefix("listen ")
                guard isOurs else { return "took away: \(old)" }
            }
        }
        guard session.undo.steps.count == 1, let step = session.undo.steps.first else { return nil }
        for (path, regions) in step {
            let before = session.original.files[path]?.bytes ?? []
            let after = session.configuration.files[path]?.bytes ?? []
            var growth = 0
            var kept = after
            var known = before
            for region in regions.reversed() {
                kept.removeSubrange(region.offset..<region.offset + region.new.count)
            }
            for region in regions {
                let start = region.offset - growth
                known.replaceSubrange(
                    start..<start + region.old.count,
                    with: [UInt8](repeating: 0, count: region.old.count)
                )
                growth += region.new.count - region.old.count
            }
            guard kept == known.filter({ $0 != 0 }) else { return "other bytes of \(path) changed" }
        }
        return nil
    }

    /// The certificate is the one that is served, the challenge is answered, and nothing is left to
    /// do.
    private static func faultOfMeaning(_ session: EditSession, _ run: InPlace) throws -> String? {
        let after = try session.configuration.applying([:], adding: ownFile(of: session))
        guard run.setCertificate.plan(in: after).isEmpty else {
            return "the certificate changes again"
        }
        let again = run.addChallengeLocation.plan(in: after)
        guard again.isEmpty else { return "the location changes again" }
        guard !run.redirects || run.redirectToHTTPS.plan(in: after).isEmpty else {
            return "the redirect changes again"
        }
        for name in run.names {
            let secure = after.tlsChoices(for: name).filter { $0.reason != .byDefault }.map(
                \.server
            )
            let isServed =
                !secure.isEmpty
                && secure.allSatisfy { server in
                    after.certificates(of: server).map(\.value) == ["/tls/a.pem"]
                        && after.certificateKeys(of: server).map(\.value) == ["/tls/a.key"]
                }
            guard isServed else { return "\(name) is not served with the certificate" }
            let plain = after.choices(for: name, onPort: 80).filter { $0.reason != .byDefault }
            let isAnswered =
                !plain.isEmpty
                && plain.allSatisfy { choice in
                    guard case .location(let location) = after.challengeFate(in: choice.server)
                    else {
                        return false
                    }
                    return location.file == InPlace.challenge
                }
            guard isAnswered else { return "the challenge of \(name) is not answered" }
        }
        return nil
    }

    /// The file of certctl's own that the edits need.
    private static func ownFile(of session: EditSession) throws -> [String: [UInt8]] {
        let servers = session.ownServers.map { own in
            let names = Directive(
                name: Array("server_name".utf8),
                arguments: own.names.map { Array($0.utf8) }
            )
            let listens = own.listens.map { words in
                Directive(name: Array("listen".utf8), arguments: words.map { Array($0.utf8) })
            }
            let include = Directive("include", InPlace.challenge)
            let rest = Directive(
                "location",
                "/",
                body: .block([Directive("return", "308", "https://$host$request_uri")])
            )
            return Directive("server", body: .block(listens + [names, include, rest]))
        }
        guard !servers.isEmpty else { return [:] }
        let text =
            try Array("# certctl:managed file=certctl-a.test\n".utf8) + Printer.text(of: servers)
        return ["/etc/nginx/conf.d/certctl-a.test.conf": text]
    }

    /// Undo gives back what was there, and leaves what a user has added since.
    private static func faultOfUndo(_ session: EditSession, _ files: NginxFiles) throws -> String? {
        let undo = try Undo(decoding: session.undo.encoded())
        guard undo == session.undo else { return "undo is not what was written" }
        for (path, bytes) in session.changes {
            let before = files.files[path] ?? []
            guard undo.restore(path, from: bytes) == .restored(before) else {
                return "undo does not give \(path) back"
            }
            let note = Array("# a note\n".utf8)
            let isLineEnd = bytes.last == UInt8(ascii: "\n")
            let tail = isLineEnd ? note : []
            guard undo.restore(path, from: note + bytes + tail) == .restored(note + before + tail)
            else { return "undo does not give \(path) back with a user's notes" }
        }
        return nil
    }
}
