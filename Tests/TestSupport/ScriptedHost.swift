package import Platform
import Synchronization

/// A host as a test describes it.
package final class ScriptedHost: HostView {
    /// What is on it.
    package struct Model: Sendable {
        /// What paths lead to, other than to themselves.
        package var links: [String: String] = [:]
        /// What is not there.
        package var missing: Set<String> = []
        /// Which file something is; all that is not named is one and the same, so that a mount shows
        /// what it should.
        package var identities: [String: FileIdentity] = [:]
        /// What may not be looked at.
        package var hidden: [String] = []
        package var texts: [String: String] = [:]
        package var speaksIPv6 = true
        package var user: UInt32 = 0
        package var processes: [HostProcess] = []
        package var listeners: [UInt16: [Int32]] = [:]
        package var hangUpFailure: SystemCallError?

        package init() {}
    }

    private struct State {
        var model: Model
        var hungUp: [Int32] = []
    }

    private let state: Mutex<State>

    package init(_ model: Model = Model()) {
        state = Mutex(State(model: model))
    }

    /// Lets a test change what is there.
    package func change(_ body: (inout Model) -> Void) {
        state.withLock { body(&$0.model) }
    }

    /// The processes that were sent SIGHUP.
    package var hungUp: [Int32] { state.withLock { $0.hungUp } }

    private var model: Model { state.withLock { $0.model } }

    package func realPath(of path: String) -> String? {
        model.missing.contains(path) ? nil : model.links[path] ?? path
    }

    package func identity(of path: String) throws(SystemCallError) -> FileIdentity {
        let model = model
        guard !model.hidden.contains(where: path.hasPrefix) else {
            throw SystemCallError("stat", code: 13)
        }
        guard !model.missing.contains(path) else { throw SystemCallError("stat", code: 2) }
        return model.identities[path] ?? FileIdentity(device: 1, inode: 1, isDirectory: true)
    }

    package var user: UInt32 { model.user }

    package func target(ofLink path: String) -> String? { model.links[path] }

    package func text(of path: String, last limit: Int) -> String? {
        model.texts[path].map { String($0.suffix(limit)) }
    }

    package var speaksIPv6: Bool { model.speaksIPv6 }

    package func processes(titled beginning: String) -> [HostProcess] {
        model.processes.filter { $0.title.hasPrefix(beginning) }
    }

    package func listeners(onPort port: UInt16) -> [Int32] { model.listeners[port] ?? [] }

    package func hangUp(_ process: HostProcess) throws(SystemCallError) {
        let failure = state.withLock { state in
            if state.model.hangUpFailure == nil { state.hungUp.append(process.pid) }
            return state.model.hangUpFailure
        }
        if let failure { throw failure }
    }
}
