/// What a deployment looks at on this host beside its own store, and the one thing that it does there.
///
/// Unlike ``FileSystem`` it follows links, as every program does that reads those files.
package protocol HostView: Sendable {
    /// An absolute path without links; `nil` where nothing is at `path`.
    func realPath(of path: String) -> String?
    /// Which file or directory it is that `path` leads to.
    func identity(of path: String) throws(SystemCallError) -> FileIdentity
    /// What the symbolic link at `path` itself points to; `nil` where there is none.
    func target(ofLink path: String) -> String?
    /// The last `limit` bytes of a file, as text; `nil` where it cannot be read.
    func text(of path: String, last limit: Int) -> String?
    /// Whether this kernel speaks IPv6, on which containers depend too.
    var speaksIPv6: Bool { get }
    /// As whom certctl runs.
    var user: UInt32 { get }
    /// The processes whose title begins so and that are in no container.
    func processes(titled beginning: String) -> [HostProcess]
    /// The numbers of the processes that listen on a TCP port.
    func listeners(onPort port: UInt16) -> [Int32]
    /// Sends SIGHUP to exactly that process.
    func hangUp(_ process: HostProcess) throws(SystemCallError)
}
