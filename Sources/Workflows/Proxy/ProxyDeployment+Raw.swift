import Deployment
import Diagnostics
import Platform
import Settings
import Sites

/// What nginx says of lines that are copies of `raw { }`.
extension ProxyDeployment {
    /// What nginx says, line by line; of `raw { }` it tells where that stands in certctl.conf: the file
    /// that nginx names is mostly put back, and has no such line then.
    func lines(of verdict: NginxVerdict, _ nginx: any NginxInstance) -> [String] {
        let told = verdict.messages.filter { $0.level != .notice }
        guard told.count == verdict.lines.count else { return verdict.lines }
        return zip(told, verdict.lines).map { message, line in
            // What cannot be read now is told as nginx tells it.
            (try? rawWords(message, nginx)) ?? line
        }
    }

    private func rawWords(
        _ message: NginxMessage,
        _ nginx: any NginxInstance
    ) throws -> String? {
        guard let place = message.place, let path = nginx.paths.hostPath(of: place.file),
            let site = try sites().first(where: { path.hasSuffix("/\(SiteRenderer.path(of: $0))") }
            ),
            let raw = site.settings.raw, try services.fileSystem.status(path)?.kind == .file
        else { return nil }
        let loader = SettingsLoader(services)
        let file = try services.fileSystem.readFile(path, limit: 4 * 1024 * 1024)
        guard
            let line = RawLine(
                place.line,
                of: file,
                raw: raw,
                settings: try loader.bytes() ?? []
            )
        else { return nil }
        let end = " in \(place.file):\(place.line)"
        let words =
            message.text.hasSuffix(end) ? message.text.dropLast(end.count) : message.text[...]
        let number = line.number.map { ":\($0)" } ?? ""
        return "\(words) in raw { } of the site \(site.lineage), \(loader.path)\(number): "
            + line.text.harmless(limit: 300)
    }
}
