import Deployment
import Platform
import Settings
import Sites

/// The files of passwords that sites name, as nginx's workers see them: they read them when they are
/// asked, and nginx starts without.
struct PasswordFiles: Sendable {
    private static let longest = 64 * 1024
    /// Behind so many parents, at most, an nginx is looked for in a container.
    private static let deepest = 4

    private let services: Services
    private let access: ProxyAccess
    private let nginx: any NginxInstance

    init(_ services: Services, _ access: ProxyAccess, _ nginx: any NginxInstance) {
        self.services = services
        self.access = access
        self.nginx = nginx
    }

    /// What is wrong with the files of these sites.
    func notes(on sites: [SiteSettings]) async -> [SiteNote] {
        let named = sites.compactMap { site in site.passwordFile.map { (site.name, $0) } }
        guard !named.isEmpty else { return [] }
        let worker = await worker()
        return named.compactMap { site, path in
            trouble(with: path, worker).map { .passwords(site: site, $0) }
        }
    }

    private func trouble(with path: String, _ worker: NginxReader?) -> PasswordTrouble? {
        switch nginx.paths.follow(path, target: { access.host.target(ofLink: $0) }) {
        case .loop: return .notFile(path: path)
        case .inContainer(let inside): return troubleInContainer(with: inside)
        case .hostFile(let host):
            let status: FileStatus?
            do {
                status = try services.fileSystem.status(host)
            } catch {
                // What may not even be looked at from here, nginx may read all the same.
                return nil
            }
            guard let status else { return .missing(path: host) }
            guard status.kind == .file else { return .notFile(path: host) }
            return worker.flatMap { obstacle(to: $0, host, status) }
        }
    }

    private func troubleInContainer(with path: String) -> PasswordTrouble? {
        guard let container = (nginx as? ContainerNginx)?.container else { return nil }
        do throws(SystemCallError) {
            _ = try access.host.identity(of: "/proc/\(container.state.pid)/root\(path)")
            return .inContainer(path: path)
        } catch {
            return error.isMissing ? .notMounted(path: path) : .inContainer(path: path)
        }
    }

    // MARK: Modes

    /// What keeps a worker from reading a file; `nil` where nothing does.
    private func obstacle(
        to worker: NginxReader,
        _ file: String,
        _ status: FileStatus
    ) -> PasswordTrouble? {
        guard !worker.overridesModes else { return nil }
        for directory in directories(of: file) {
            guard let status = try? services.fileSystem.status(directory),
                !worker.may(0b001, status)
            else { continue }
            return .unreadable(
                path: directory,
                user: worker.user,
                command: "chmod o+x '\(directory)'"
            )
        }
        guard !worker.may(0b100, status) else { return nil }
        return .unreadable(
            path: file,
            user: worker.user,
            command: "chgrp \(worker.group) '\(file)' && chmod g+r '\(file)'"
        )
    }

    /// The directories that nginx has to pass on the way to a file, as far as they are this host's.
    private func directories(of file: String) -> [String] {
        let sources = nginx.paths.mounts?.compactMap(\.source) ?? ["/"]
        let beginning = sources.filter { PathMap.rest(of: file, below: $0) != nil }
            .max { $0.utf8.count < $1.utf8.count }
        guard let beginning else { return [] }
        var directories: [String] = []
        var path = file
        while path != beginning, path != "/" {
            path = path.parentDirectory
            directories.append(path)
        }
        return directories.reversed()
    }

    // MARK: Who reads

    /// As whom a worker reads; `nil` where that cannot be told.
    private func worker() async -> NginxReader? {
        guard let container = (nginx as? ContainerNginx)?.container else {
            // Without it there is still the rest to be told.
            let process = (try? await nginx.snapshot())?.workers.min()
            return process.flatMap(reader)
        }
        return worker(below: container.state.pid, Self.deepest)
    }

    /// Looks for a worker among what a process has started: the engine's own list of processes may
    /// count them otherwise than this host.
    private func worker(below process: Int, _ depth: Int) -> NginxReader? {
        guard depth > 0, let process = Int32(exactly: process), process > 0 else { return nil }
        let children = (text(of: "/proc/\(process)/task/\(process)/children") ?? "")
            .split { $0.isWhitespace }.compactMap { Int32($0) }
        if reader(process) != nil { return children.lazy.compactMap(reader).first }
        return children.lazy.compactMap { worker(below: Int($0), depth - 1) }.first
    }

    private func reader(_ process: Int32) -> NginxReader? {
        text(of: "/proc/\(process)/status").flatMap { NginxReader(process, status: $0) }
    }

    private func text(of path: String) -> String? {
        access.host.text(of: path, last: Self.longest)
    }
}

extension NginxReader {
    /// Whether the mode of a file lets it do what that bit of others stands for.
    fileprivate func may(_ bit: UInt32, _ status: FileStatus) -> Bool {
        let bits = status.mode.bits
        if status.owner == user { return bits >> 6 & bit != 0 }
        if ([group] + others).contains(status.group) { return bits >> 3 & bit != 0 }
        return bits & bit != 0
    }
}

extension SystemCallError {
    /// Whether nothing is there.
    ///
    /// Source: errno(3), ENOENT and ENOTDIR.
    fileprivate var isMissing: Bool { code == 2 || code == 20 }
}
