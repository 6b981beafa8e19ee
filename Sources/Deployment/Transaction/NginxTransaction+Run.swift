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

    /// Puts back what a run before has left changed; returns whether there was anything.
    ///
    /// - Throws: ``TransactionFailure`` where that cannot be done, and ``FileSystemError``.
    package static func recover(_ services: TransactionServices) async throws -> Bool {
        guard let changes = try services.note.read() else { return false }
        let transaction = NginxTransaction(interruptedAfter: changes.count)
        do {
            try await transaction.run(changes, services)
        } catch TransactionFailure.rolledBack(let fault, nil) where fault.step == .interrupted {
            return true
        }
        return true
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
