import ACME
import Diagnostics
import FoundationEssentials
import Glibc
import Nginx
import PKI
import Settings
import Sites

/// Writes the files of the sites of a certctl.conf into a directory, as a deployment would, for an
/// nginx that is tried with them.
///
///     nginx -V 2>&1 | site-probe CONF DIR NOW KEY=VALUE…
///
/// `NOW` is in seconds; the keys are those of ``setting(_:to:in:)``.
@main enum Main {
    private struct Failure: Error {
        let text: String
    }

    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch let failure as Failure {
            end(failure.text)
        } catch let error as any Diagnosable {
            let diagnosis = error.diagnosis
            end("\(diagnosis.what)\n  why: \(diagnosis.why)\n  fix: \(diagnosis.fix)")
        } catch {
            end("\(error)")
        }
    }

    private static func end(_ text: String) -> Never {
        print("site-probe: \(text)")
        exit(1)
    }

    private static func run(_ words: [String]) throws {
        var version = ""
        while let line = readLine(strippingNewline: false) { version += line }
        guard words.count > 3, let seconds = Double(words[2]),
            let build = NginxBuild(versionText: version)
        else { throw Failure(text: "usage: nginx -V 2>&1 | site-probe CONF DIR NOW KEY=VALUE…") }
        let directory = words[1]
        var surroundings = Surroundings(
            build: build,
            pairs: "/nowhere",
            configuration: directory,
            challenge: .webroot("/nowhere")
        )
        for word in words.dropFirst(3) {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw Failure(text: "no value: \(word)") }
            try setting(parts[0], to: parts[1], in: &surroundings)
        }
        let present = try files(in: directory)
        let rendering = try SiteRenderer(for: surroundings).rendering(
            of: sites(of: words[0]),
            present: present,
            at: Date(timeIntervalSince1970: seconds)
        )
        for note in rendering.notes { print("note: \(note)") }
        try carryOut(ManagedFilePlan(wanted: rendering.files, present: present), in: directory)
    }

    private static func setting(
        _ key: String,
        to value: String,
        in surroundings: inout Surroundings
    ) throws {
        switch key {
        case "pairs": surroundings.pairs = value
        case "socket": surroundings.challenge = .socket(value)
        case "webroot": surroundings.challenge = .webroot(value)
        case "cache": surroundings.cacheDirectory = value
        case "resolver": surroundings.resolvers += IPAddress(value).map { [$0] } ?? []
        case "ipv6": surroundings.hasIPv6 = value == "on"
        case "port": surroundings.httpsPort = UInt16(value) ?? 443
        default: throw Failure(text: "no such key: \(key)")
        }
    }

    private static func sites(of path: String) throws -> [Site] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure(text: "\(path) cannot be read")
        }
        let names = NameRules(toASCII: { _ in nil }, isLineageName: { !$0.isEmpty })
        let settings = try SettingsReader.read(Array(data), path: path, names: names)
        return settings.sites.map { site in
            let name = site.certificate.lineage ?? site.certificate.names[0].value
            return Site(site, lineage: name.replacing(":", with: "-"))
        }
    }

    private static func files(in directory: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: directory)
        where ManagedFilePlan.concerns(path) {
            files[path] = FileManager.default.contents(atPath: "\(directory)/\(path)").map(
                Array.init
            )
        }
        return files
    }

    private static func carryOut(_ plan: ManagedFilePlan, in directory: String) throws {
        try FileManager.default.createDirectory(
            atPath: "\(directory)/certctl",
            withIntermediateDirectories: true
        )
        for write in plan.writes {
            print("write: \(write.path)")
            if write.old != nil { print(write.diff, terminator: "") }
            let place = "\(directory)/\(write.path)"
            guard FileManager.default.createFile(atPath: place, contents: Data(write.bytes)) else {
                throw Failure(text: "\(write.path) cannot be written")
            }
        }
        for deletion in plan.deletions {
            print("delete: \(deletion.path)")
            try FileManager.default.removeItem(atPath: "\(directory)/\(deletion.path)")
        }
        for conflict in plan.conflicts {
            print("conflict: \(conflict.path), offered: \(conflict.offer ?? "nothing")")
            print(conflict.diff, terminator: "")
        }
        if plan.isEmpty { print("nothing to do") }
    }
}
