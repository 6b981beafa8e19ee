import Platform

/// What the user who runs certctl has to do with a store.
///
/// An installed store has two halves. The issuing half has keys and accounts, speaks to CAs, and
/// runs as a user of its own, the store's owner. The deploying half is root, who leads readers to
/// what was issued. Neither makes anything in a directory of the other. A store below a home, and
/// one that root has made, has both halves in one.
package enum StoreRole: Equatable, Sendable {
    /// One of the two halves of a store.
    package enum Half: Sendable {
        case issuing
        case deploying
    }

    /// Everything in the store belongs to this user.
    case whole
    /// This user is the owner, and root brings into use what is issued.
    case issuing
    /// This user is root, and the owner is somebody else.
    case deploying

    /// Whether a half of the store is this user's.
    package func keeps(_ half: Half) -> Bool {
        switch self {
        case .whole: true
        case .issuing: half == .issuing
        case .deploying: half == .deploying
        }
    }
}

extension StoreLayout {
    /// A directory of every store.
    struct Directory {
        let path: String
        let mode: FileMode
        let half: StoreRole.Half
    }

    /// The directories, each behind the one that it is in.
    var directories: [Directory] {
        [
            Directory(path: state, mode: .passageDirectory, half: .deploying),
            Directory(path: accounts, mode: .privateDirectory, half: .issuing),
            Directory(path: lineages, mode: .privateDirectory, half: .issuing),
            Directory(path: renewal, mode: .privateDirectory, half: .issuing),
            Directory(path: watch, mode: .publicDirectory, half: .issuing),
            Directory(path: deploy, mode: .privateDirectory, half: .deploying),
            Directory(path: tls, mode: .passageDirectory, half: .deploying),
            Directory(path: temporary, mode: .privateDirectory, half: .issuing),
            Directory(path: generations, mode: .passageDirectory, half: .issuing),
            Directory(path: live, mode: .publicDirectory, half: .deploying),
            Directory(path: nginx, mode: .publicDirectory, half: .deploying),
        ]
    }

    /// Whether a directory is the one that root shares with the owner's group: what is in it can
    /// be renamed and removed by whoever it belongs to, and by nobody else.
    func isShared(_ path: String, _ status: FileStatus) -> Bool {
        path == state && status.owner == 0 && status.mode.isSticky
            && !status.mode.isWritableByEveryone
    }
}

extension CertificateStore {
    /// The user whose keys and accounts these are: the owner of `accounts`, or else who runs
    /// certctl.
    package func owner() throws -> UInt32 {
        // What a link leads to is nobody's store; whoever uses it is told so.
        guard try fileSystem.status(layout.state)?.kind == .directory else { return user }
        // Only root can take the second one away from the owner of an installed store.
        for path in [layout.accounts, layout.generations] {
            if let status = try fileSystem.status(path) { return status.owner }
        }
        return user
    }

    /// Whether there is a store, and this user is its ``owner()``.
    package var isOfUser: Bool {
        // A store that cannot be looked at is somebody else's.
        let places = [layout.accounts, layout.generations]
        return places.lazy.compactMap { try? fileSystem.status($0) }.first?.owner == user
    }

    /// What this user has to do with the store.
    package func role() throws -> StoreRole {
        guard user != 0 else { return try owner() == 0 ? .whole : .deploying }
        let isRoots = try [layout.state, layout.tls].contains { path in
            try fileSystem.status(path)?.owner == 0
        }
        return isRoots ? .issuing : .whole
    }

    /// Refuses a directory whose owner could do what is not his to do.
    func checkOwner(_ status: FileStatus, of path: String) throws {
        guard status.owner != 0, status.owner != user else { return }
        guard user == 0 else { throw StoreError.distrusted(path: path, .owner(status.owner)) }
        let deploying =
            layout.directories.filter { $0.half == .deploying }.map(\.path) + [layout.groups]
        guard !deploying.contains(path), !path.hasPrefix("\(layout.groups)/") else {
            // What is in `deploy` would be believed for being root's.
            let isAllRoots = ![layout.state, layout.tls, layout.deploy].contains(path)
            throw StoreError.distrusted(
                path: path,
                .notOfRoot(status.owner, isAllRoots: isAllRoots)
            )
        }
        guard try status.owner == owner() else {
            throw StoreError.distrusted(path: path, .owner(status.owner))
        }
        // The owner could put another directory in the place of one that is not root's own.
        for directory in deploying { try checkTrust(directory: directory) }
    }
}
