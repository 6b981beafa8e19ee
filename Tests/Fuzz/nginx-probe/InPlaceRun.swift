import FoundationEssentials
import Glibc
import Nginx
import TestSupport

/// Edits and their undo on the files of a real nginx, for a test beside that nginx.
enum InPlaceRun {
    /// Edits the files of a configuration in place, and writes the record for the way back.
    ///
    /// The words are the main file, or `dump:` and a file with the output of `nginx -T`; the
    /// record; the directory with `pair.conf`, `challenge.inc` and `tls.inc`; and the names.
    static func edit(_ words: [String]) {
        do {
            let configuration = try read(words[0])
            let directory = words[2]
            let names = words.dropFirst(3).filter { $0 != "--redirect" }
            var session = EditSession(configuration)
            let added = ["pair.conf", "challenge.inc", "tls.inc"].reduce(into: [:]) {
                $0["\(directory)/\($1)"] = [UInt8]()
            }
            let certificate = SetCertificate(
                names: names,
                pair: "\(directory)/pair.conf",
                tlsSettings: "\(directory)/tls.inc"
            )
            try session.apply(certificate.plan(in: session.configuration), adding: added)
            let challenge = AddChallengeLocation(
                names: names,
                snippet: "\(directory)/challenge.inc"
            )
            try session.apply(challenge.plan(in: session.configuration), adding: added)
            if words.contains("--redirect") {
                let redirect = RedirectToHTTPS(names: names)
                try session.apply(redirect.plan(in: session.configuration))
            }
            for (path, bytes) in session.changes { write(bytes, to: path) }
            write(session.undo.encoded(), to: words[1])
            for report in session.reports { print("report: \(report.explanation)") }
            for server in session.ownServers { print("own server: \(server)") }
            print("\(session.changes.count) files changed")
        } catch let refusal as EditRefusal {
            print("refused: \(refusal.explanation)")
            exit(3)
        } catch let error as ConfigurationError {
            print("error: \(error.explanation)")
            exit(4)
        } catch {
            print("error: \(error)")
            exit(1)
        }
    }

    /// Takes back what a record tells of; says what it cannot take back.
    static func undo(_ words: [String]) {
        do {
            let undo = try Undo(decoding: bytes(of: words[0]) ?? [])
            var isWhole = true
            for path in undo.files {
                switch undo.restore(path, from: bytes(of: path) ?? []) {
                case .restored(let old): write(old, to: path)
                case .byHand(let regions):
                    isWhole = false
                    for region in regions { print("\(path): \(region.remedy)") }
                }
            }
            exit(isWhole ? 0 : 3)
        } catch {
            print("error: \(error)")
            exit(1)
        }
    }

    private static func read(_ word: String) throws -> Configuration {
        if word.hasPrefix("dump:") {
            return try Configuration(dump: bytes(of: String(word.dropFirst("dump:".count))) ?? [])
        }
        let lookup = ConfigurationLookup(contents: { bytes(of: $0) }, matches: { matches(of: $0) })
        return try Configuration(main: word, lookup: lookup)
    }

    private static func bytes(of path: String) -> [UInt8]? {
        FileManager.default.contents(atPath: path).map { Array($0) }
    }

    /// In place, so that links and modes stay.
    private static func write(_ bytes: [UInt8], to path: String) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            }
            guard count > 0 else {
                print("\(path): cannot be written")
                exit(2)
            }
            rest = rest.dropFirst(count)
        }
        close(descriptor)
    }

    private static func matches(of pattern: String) -> [String] {
        var found = unsafe glob_t()
        defer { unsafe globfree(&found) }
        guard unsafe glob(pattern, 0, nil, &found) == 0 else { return [] }
        return unsafe (0..<Int(found.gl_pathc)).compactMap { index in
            unsafe found.gl_pathv[index].map { unsafe String(cString: $0) }
        }
    }
}
