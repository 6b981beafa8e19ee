import Nginx
import Platform
import Synchronization
import TestSupport

@testable import Deployment

/// An nginx that has files in memory: it refuses those with `bad` in them, and serves what it was
/// last made to take up.
final class ModelNginx: Sendable {
    struct State {
        /// What it serves, by path.
        var loaded: [String: [UInt8]] = [:]
        var reloads = 0
        /// What the next calls fail with, by their name.
        var troubles: [String: String] = [:]
    }

    struct Refusal: Error {
        let words: String
    }

    static let directory = "/etc/nginx"

    let files: MemoryFileSystem
    private let state = Mutex(State())

    init(_ files: MemoryFileSystem) {
        self.files = files
    }

    var loaded: [String: [UInt8]] { state.withLock { $0.loaded } }
    var reloads: Int { state.withLock { $0.reloads } }

    func fail(_ call: String, _ words: String?) {
        state.withLock { $0.troubles[call] = words }
    }

    private var present: [String: [UInt8]] { files.contents(below: Self.directory) }

    private func check(_ call: String) throws {
        // A machine that has died runs nothing any more.
        if files.isDead { throw Refusal(words: "dead") }
        if let words = state.withLock({ $0.troubles[call] }) { throw Refusal(words: words) }
    }

    /// Whether it would start with what is on disk.
    var starts: Bool {
        !present.contains { path, bytes in
            path.hasSuffix(".conf") && String(decoding: bytes, as: UTF8.self).contains("bad")
        }
    }

    func test() throws {
        try check("test")
        guard starts else { throw Refusal(words: "[emerg] bad") }
    }

    func reload() throws {
        try check("reload")
        guard starts else { return }
        let present = present.filter { $0.key.hasSuffix(".conf") }
        state.withLock { state in
            state.loaded = present
            state.reloads += 1
        }
    }

    /// Starts anew, as after a crash of the container.
    func restart() {
        let present = present.filter { $0.key.hasSuffix(".conf") }
        state.withLock { $0.loaded = present }
    }

    func prove(_ wanted: [String: [UInt8]]) throws {
        try check("prove")
        guard loaded == wanted else { throw Refusal(words: "serves something else") }
    }

    /// What a transaction needs, where `wanted` is to be served in the end.
    func services(_ wanted: [String: [UInt8]]) -> TransactionServices {
        TransactionServices(
            files: files,
            note: TransactionNote("/lib/deploy/transaction", in: files),
            test: { try self.test() },
            reload: { try self.reload() },
            prove: { try self.prove(wanted) }
        )
    }
}
