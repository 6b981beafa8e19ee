/// Which nginx is running at a moment; two of them tell what has happened in between.
package struct NginxSnapshot: Equatable, Sendable {
    /// The container's id; `nil` on the host.
    package var container: String?
    /// When the container or, on the host, the master was started: to be compared, not read.
    package var started: String
    /// How often the engine has started the container again by itself.
    package var restartCount: Int
    /// The master's process number on the engine's host.
    package var master: Int32
    /// The workers that take connections: those that only finish old ones are not counted.
    package var workers: Set<Int32>

    package init(
        container: String?,
        started: String,
        restartCount: Int,
        master: Int32,
        workers: Set<Int32>
    ) {
        self.container = container
        self.started = started
        self.restartCount = restartCount
        self.master = master
        self.workers = workers
    }

    /// Whether it is the same process, not one that was started since.
    package func isSameRun(as other: NginxSnapshot) -> Bool {
        (container, started, restartCount, master)
            == (other.container, other.started, other.restartCount, other.master)
    }

    /// Whether all workers are newer than those of `earlier`: a reload has come to effect.
    package func hasNewWorkers(since earlier: NginxSnapshot) -> Bool {
        !workers.isEmpty && workers.isDisjoint(with: earlier.workers)
    }
}

/// What a running nginx tells of itself by the titles of its processes.
///
/// Source: ngx_process_cycle.c.
enum NginxTitle {
    static let master = "nginx: master process"
    static let worker = "nginx: worker process"

    /// The program, where it was started by its absolute path.
    static func program(of title: String) -> String? {
        guard title.hasPrefix(master) else { return nil }
        let word = title.dropFirst(master.count).split(separator: " ").first.map(String.init)
        return word.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }

    /// The options that it was started with and that a second nginx needs to mean the same one.
    ///
    /// The title has lost where an argument began: the value of `-g`, which may hold spaces, ends
    /// with the `;` that its last directive has to end with.
    static func options(of title: String) -> [String] {
        guard title.hasPrefix(master) else { return [] }
        // The first word is the program.
        var words = title.dropFirst(master.count).split(separator: " ").map(String.init).dropFirst()
        var options: [String] = []
        while let option = words.popFirst() {
            switch option {
            case "-c", "-p", "-e":
                guard let value = words.popFirst() else { return options }
                options += [option, value]
            case "-g":
                var value: [String] = []
                repeat {
                    guard let word = words.popFirst() else { break }
                    value.append(word)
                } while !(words.first.map(isOption) ?? false && value.last?.hasSuffix(";") ?? true)
                options += [option, value.joined(separator: " ")]
            default:
                continue
            }
        }
        return options
    }

    private static func isOption(_ word: String) -> Bool {
        word.hasPrefix("-") && word.utf8.count == 2
    }
}
