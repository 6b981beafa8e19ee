package import Nginx
package import Platform

/// What a transaction needs of the world: files, a place for its note, and an nginx.
package struct TransactionServices: Sendable {
    let files: any FileSystem
    let note: TransactionNote
    /// Has nginx test what is on disk; throws why it does not like it.
    let test: @Sendable () async throws -> Void
    /// Has nginx take up what is on disk; throws why it has not.
    let reload: @Sendable () async throws -> Void
    /// Sees that what is wanted is served; throws what is served instead.
    let prove: @Sendable () async throws -> Void

    package init(
        files: any FileSystem,
        note: TransactionNote,
        test: @escaping @Sendable () async throws -> Void,
        reload: @escaping @Sendable () async throws -> Void,
        prove: @escaping @Sendable () async throws -> Void
    ) {
        self.files = files
        self.note = note
        self.test = test
        self.reload = reload
        self.prove = prove
    }
}

/// Performs what the machine decides.
extension NginxTransaction {
    /// Makes `changes` and sees that they are served, or puts everything back.
    ///
    /// - Parameters:
    ///   - changes: What becomes of files.
    ///   - services: The world.
    ///   - isMending: Whether nginx is known to refuse what is there.
    /// - Throws: ``TransactionFailure`` unless all of it is served.
    package static func run(
        _ changes: [FileChange],
        _ services: TransactionServices,
        isMending: Bool = false
    ) async throws {
        let transaction = NginxTransaction(changes: changes.count, isMending: isMending)
        try await transaction.run(changes, services)
    }

    /// Puts back what a run before has left changed; `nil` where there was nothing.
    ///
    /// Where somebody has changed one of the files since, all of them stay as they are, if nginx accepts that: what
    /// he has changed may need the others. What was written by half is put back all the same.
    ///
    /// - Throws: ``TransactionFailure`` where that cannot be done, and ``FileSystemError``.
    package static func recover(_ services: TransactionServices) async throws -> Recovery? {
        guard let changes = try services.note.read() else { return nil }
        let recovery = try Recovery(of: changes, in: services.files)
        let transaction = NginxTransaction(
            interruptedAfter: recovery.changes.count,
            isOthers: !recovery.leftAlone.isEmpty
        )
        do {
            try await transaction.run(recovery.changes, services)
        } catch TransactionFailure.rolledBack(let fault, nil) where fault.step == .interrupted {
            return recovery
        } catch TransactionFailure.stuck(_, let reason) where !recovery.leftAlone.isEmpty {
            throw TransactionFailure.changedSince(paths: recovery.leftAlone, reason: reason)
        }
        return recovery
    }

    /// Puts it back below an nginx that does not run, and cannot become worse by it; `nil` where there was
    /// nothing.
    ///
    /// Where somebody has changed one of the files since, the note stays until an nginx can judge. Throws
    /// as ``recover(_:)`` does, once it has tried all.
    package static func recoverStopped(
        _ note: TransactionNote,
        in files: any FileSystem
    ) throws -> Recovery? {
        guard let changes = try note.read() else { return nil }
        let recovery = try Recovery(of: changes, in: files)
        var obstacle: (any Error)?
        for change in recovery.changes.reversed() {
            do { try change.takeBack(in: files) } catch { obstacle = obstacle ?? error }
        }
        if let obstacle { throw obstacle }
        if recovery.leftAlone.isEmpty { try note.remove() }
        return recovery
    }

    /// What there is to be taken back of a run that was cut off.
    package struct Recovery: Sendable {
        /// What is to be taken back: where anything is left alone no more than what was written by half.
        fileprivate let changes: [FileChange]
        /// The files that somebody has changed since, by path.
        package let leftAlone: [String]

        fileprivate init(of all: [FileChange], in files: any FileSystem) throws(FileSystemError) {
            var (changes, torn, leftAlone): ([FileChange], [FileChange], [String]) = ([], [], [])
            for change in all {
                let standing = try change.standingAfterCut(in: files)
                if standing == .between { torn.append(change) }
                switch standing {
                case .before?, .after?, .between?: changes.append(change)
                case .foreign?: leftAlone.append(change.path)
                case nil: break
                }
            }
            self.changes = leftAlone.isEmpty ? changes : torn
            self.leftAlone = leftAlone
        }
    }

    private func run(_ changes: [FileChange], _ services: TransactionServices) async throws {
        var transaction = self
        var obstacle: Fault.Obstacle?
        while true {
            let action = transaction.action
            if case .end(let ending) = action {
                if let failure = TransactionFailure(ending, obstacle) { throw failure }
                return
            }
            do {
                try await Self.perform(action, changes, services)
                transaction.receive(.succeeded)
            } catch {
                if case .write(let index) = action {
                    obstacle = Fault.Obstacle(error, at: changes[index].path)
                }
                transaction.receive(.failed(TransactionFailure.reason(of: error)))
            }
        }
    }

    private static func perform(
        _ action: Action,
        _ changes: [FileChange],
        _ services: TransactionServices
    ) async throws {
        switch action {
        case .test: try await services.test()
        case .note: try services.note.write(changes)
        case .write(let index): try changes[index].make(in: services.files)
        case .reload: try await services.reload()
        case .prove: try await services.prove()
        case .restore(let index): try changes[index].takeBack(in: services.files)
        case .forget: try services.note.remove()
        case .end: break
        }
    }
}

extension NginxTransaction.Fault.Obstacle {
    /// `nil` for what is not the file system's.
    fileprivate init?(_ error: any Error, at path: String) {
        guard let error = error as? FileSystemError else { return nil }
        switch error.reason {
        case .noSpace: self = .full(path: path)
        case .readOnly: self = .readOnly(path: path)
        default: return nil
        }
    }
}
