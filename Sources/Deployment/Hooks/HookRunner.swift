package import Diagnostics
package import Platform

/// Finds hooks and runs them by the contract of `hooks/README.md`.
package struct HookRunner: Sendable {
    private static let timeLimit: Duration = .seconds(60)
    private static let outputLimit = 64 * 1024
    /// What editors, package managers and people leave beside a hook that is another one now, or none.
    private static let setAside = [
        "~", ".off", ".bak", ".orig", ".save", ".swp", ".dpkg-old", ".dpkg-new", ".dpkg-dist",
        ".rpmsave",
        ".rpmnew",
    ]
    /// The kernel follows no more links on the way to a file.
    private static let mostLinks = 40
    /// How much of the output an error shows.
    private static let shownOutput = 1000

    private let fileSystem: any FileSystem
    private let processes: any ProcessRunner
    private let user: UInt32
    private let log: Log

    /// Makes a runner; a hook has to belong to `user`, who runs certctl, or to root.
    package init(
        fileSystem: any FileSystem,
        processes: any ProcessRunner,
        user: UInt32,
        log: Log
    ) {
        self.fileSystem = fileSystem
        self.processes = processes
        self.user = user
        self.log = log
    }

    /// The hooks of a directory in the order of their names; none where it is missing.
    ///
    /// What cannot be run is left out: ``tellIdle(in:)``. A link is not followed and would be left out unseen:
    /// `link` is called with the error, which it throws or takes note of. Throws ``HookError`` for a directory
    /// that others could put a hook into.
    package func hooks(
        in directory: String,
        link: (HookError) throws -> Void = { throw $0 }
    ) throws -> [String] {
        guard let status = try fileSystem.status(directory) else { return [] }
        try checkTrust(directory, status)
        return try fileSystem.list(directory).map { "\(directory)/\($0)" }.filter { path in
            guard !Self.isSetAside(path) else { return false }
            let status = try fileSystem.status(path)
            guard status?.kind != .symbolicLink else {
                try link(.notRunnable(path: path, .symbolicLink))
                return false
            }
            return status.map(Self.isRunnable) ?? false
        }
    }

    private static func isSetAside(_ name: String) -> Bool {
        setAside.contains { name.hasSuffix($0) }
    }

    private static func isRunnable(_ status: FileStatus) -> Bool {
        status.kind == .file && status.mode.bits & 0o100 != 0
    }

    /// Tells of what is in a hooks' directory and not run, as a warning where that may be a mistake: a file
    /// whose name has no dot, as `50-nginx.off` has, and is not that of a README.
    ///
    /// To be called once a run. What keeps the directory from being read is told by who looks for hooks.
    package func tellIdle(in directory: String) {
        for name in (try? fileSystem.list(directory)) ?? [] {
            let path = "\(directory)/\(name)"
            guard let status = try? fileSystem.status(path),
                Self.isSetAside(name) || !Self.isRunnable(status)
            else { continue }
            let isMeant =
                name.hasPrefix("README") || name.contains(".") || Self.isSetAside(name)
                || status.kind != .file
            tell(ofIdle: path, isMeant: isMeant)
        }
    }

    private func tell(ofIdle path: String, isMeant: Bool) {
        guard !isMeant else { return log.info("not a hook", ["path": path]) }
        log.warning(
            "a file among the hooks is not executable, and not run",
            [
                "path": path, "to run it": "chmod +x \(path)",
                "to have it passed over": "mv \(path) \(path).off",
            ]
        )
    }

    /// Refuses a hook that cannot be run or that others could have written.
    ///
    /// Throws ``HookError``.
    package func check(_ path: String) throws {
        guard path.hasPrefix("/"), let status = try fileSystem.status(path) else {
            throw HookError.notRunnable(path: path, .missing)
        }
        guard status.kind == .file, status.mode.bits & 0o100 != 0 else {
            throw HookError.notRunnable(path: path, .notExecutable)
        }
        try checkTrust(path, status)
        if user == 0 { try checkParents(of: path) }
    }

    /// Refuses what somebody could put in the hook's place, between this look at it and its start.
    ///
    /// Only root can be led to more than it could do anyway.
    private func checkParents(of path: String) throws {
        var rest = path[...]
        while let slash = rest.lastIndex(of: "/") {
            rest = rest[..<slash]
            let parent = rest.isEmpty ? "/" : String(rest)
            // With the sticky bit only its owner can move what others have in it.
            guard let status = try fileSystem.status(parent),
                !(status.mode.isSticky && status.owner == 0)
            else { continue }
            try checkTrust(parent, status)
        }
    }

    /// Refuses a way to a hook on which somebody could lead root elsewhere: each directory and each link on it, as
    /// the kernel goes it.
    ///
    /// `path` is absolute. Throws ``HookError`` and ``FileSystemError``.
    package func checkWay(to path: String) throws {
        guard user == 0 else { return }
        var (place, links) = ("", 0)
        var rest = path.split(separator: "/").map(String.init)[...]
        while let name = rest.popFirst() {
            guard name != "." else { continue }
            guard name != ".." else {
                place = String(place[..<(place.lastIndex(of: "/") ?? place.startIndex)])
                continue
            }
            try checkParents(of: "\(place)/\(name)")
            place += "/\(name)"
            guard let status = try fileSystem.status(place), links <= Self.mostLinks else {
                throw HookError.notRunnable(path: path, .missing)
            }
            guard status.kind == .symbolicLink else { continue }
            // Below a sticky directory it is its owner who moves it; a link's mode says nothing.
            guard status.owner == 0 else {
                throw HookError.notTrusted(
                    path: place,
                    reason: "it is a link of user \(status.owner)"
                )
            }
            let target = try fileSystem.readSymbolicLink(place)
            place = target.hasPrefix("/") ? "" : String(place.dropLast(name.count + 1))
            rest = target.split(separator: "/").map(String.init) + rest
            links += 1
        }
    }

    private func checkTrust(_ path: String, _ status: FileStatus) throws(HookError) {
        guard status.owner == user || status.owner == 0 else {
            throw HookError.notTrusted(path: path, reason: "it belongs to user \(status.owner)")
        }
        guard !status.mode.isWritableByOthers else {
            let reason = "others may write to it (mode \(status.mode))"
            throw HookError.notTrusted(path: path, reason: reason)
        }
    }

    /// Runs one hook to its end, with arguments of its own or those of the contract.
    ///
    /// Throws ``HookError`` unless it ends with status 0.
    package func run(
        _ path: String,
        arguments: [String]? = nil,
        _ event: HookEvent
    ) async throws {
        try check(path)
        log.info("running a hook", ["path": path, "event": event.arguments.joined(separator: " ")])
        let command = ChildCommand(
            executable: path,
            arguments: arguments ?? event.arguments,
            environment: event.environment,
            workingDirectory: "/",
            timeLimit: Self.timeLimit,
            outputLimit: Self.outputLimit
        )
        let result: ChildResult
        do {
            result = try await processes.run(command)
        } catch {
            throw HookError.notStarted(path: path, reason: error.reason)
        }
        let text = String(decoding: result.output.suffix(Self.shownOutput), as: UTF8.self)
        let output = text.onOneLine.harmless(limit: Self.shownOutput)
        switch result.ending {
        case .exited(0):
            let said = output.isEmpty ? [:] : ["output": output]
            log.notice("hook succeeded", said.merging(["path": path]) { $1 })
        case .exited(let status):
            throw HookError.failed(path: path, status: status, output: output)
        case .signalled(let signal):
            throw HookError.killed(path: path, signal: signal, output: output)
        case .timedOut:
            let seconds = Self.timeLimit.components.seconds
            throw HookError.timedOut(path: path, seconds: seconds, output: output)
        }
    }
}

extension String {
    /// Its lines without the blanks around them, and without those that are empty.
    fileprivate var onOneLine: String {
        split(whereSeparator: \.isNewline)
            .map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
            .filter { !$0.isEmpty }.joined(separator: "; ")
    }
}
