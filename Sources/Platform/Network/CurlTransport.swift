import CLibCurl
package import HTTP
import Synchronization

/// HTTP over libcurl, on one thread: https to servers anywhere, or http to the one at a Unix socket.
///
/// To servers nothing but https is spoken, at TLS 1.2 or newer, with one connection to each and
/// HTTP/2 where it is to be had. Redirects are answers, never followed; proxies and `.netrc` of the
/// environment are ignored.
package final class CurlTransport: StreamingTransport {
    private let queue: TransferQueue
    private let settings: CurlSettings
    /// Ends when the queue is closed and empty.
    private let thread: WorkerThread

    /// Starts a transport that speaks https.
    ///
    /// - Parameters:
    ///   - roots: A PEM file of roots that replace the system's; with it, servers at private
    ///     addresses are allowed, since a CA of one's own is usually there.
    ///   - userAgent: What RFC 8555 §6.1 asks every client to send.
    /// - Throws: `SystemCallError` when there is no thread to be had.
    package convenience init(roots: String?, userAgent: String) throws(SystemCallError) {
        try self.init(CurlSettings(peer: .servers(roots: roots), userAgent: userAgent))
    }

    /// Starts a transport that speaks http to whoever listens at a Unix socket.
    ///
    /// Each request has a connection of its own: a program that was restarted is not taken for the
    /// one before it, and an answer may last as long as its connection. The path is absolute and has
    /// at most 107 bytes. Throws `SystemCallError` when there is no thread to be had.
    package convenience init(socket: String, userAgent: String) throws(SystemCallError) {
        try self.init(CurlSettings(peer: .socket(socket), userAgent: userAgent))
    }

    private init(_ settings: CurlSettings) throws(SystemCallError) {
        self.settings = settings
        let queue = TransferQueue(connectionsToAServer: settings.connections)
        self.queue = queue
        thread = try WorkerThread { queue.work() }
    }

    deinit {
        queue.close()
        // OpenSSL cleans up when the process exits, and the thread must be done with it by then.
        thread.join()
    }

    package func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        try await perform(request, receiver: nil)
    }

    package func send(
        _ request: HTTPRequest,
        to receiver: @escaping BodyReceiver
    ) async throws(TransportFailure) -> HTTPResponse {
        try await perform(request, receiver: receiver)
    }

    private func perform(
        _ request: HTTPRequest,
        receiver: BodyReceiver?
    ) async throws(TransportFailure) -> HTTPResponse {
        let outcome = await withCheckedContinuation { continuation in
            queue.add(
                Transfer(request, settings: settings, receiver: receiver) {
                    continuation.resume(returning: $0)
                }
            )
        }
        return try outcome.get()
    }
}

/// The transfers that wait for the thread, and the thread itself.
private final class TransferQueue: Sendable {
    private struct State {
        var waiting: [Transfer] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let multi: Multi

    init(connectionsToAServer count: Int) {
        multi = Multi(connectionsToAServer: count)
    }

    func add(_ transfer: Transfer) {
        state.withLock { $0.waiting.append(transfer) }
        multi.wake()
    }

    func close() {
        // Under the lock: once it sees this, the thread frees what would be woken.
        state.withLock { state in
            state.isClosed = true
            multi.wake()
        }
    }

    /// Runs transfers until the queue is closed and empty.
    func work() {
        while true {
            let (new, isClosed) = state.withLock { state in
                defer { state.waiting = [] }
                return (state.waiting, state.isClosed)
            }
            for transfer in new {
                multi.start(transfer)
            }
            multi.perform()
            if isClosed, multi.isIdle { break }
            multi.wait()
        }
        multi.end()
    }
}

/// Owns libcurl's multi handle; all but ``wake()`` belongs to the queue's thread.
///
/// `@unchecked`: `curl_multi_wakeup` is made for other threads, and nothing else leaves this one.
@safe private final class Multi: @unchecked Sendable {
    private let handle: UnsafeMutableRawPointer
    private var running: [UnsafeMutableRawPointer: Transfer] = unsafe [:]
    /// Handles that have a finished transfer behind them: reuse saves making them anew.
    private var spare: [UnsafeMutableRawPointer] = unsafe []

    init(connectionsToAServer count: Int) {
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK,
            let handle = unsafe curl_multi_init()
        else { preconditionFailure("libcurl cannot start") }
        unsafe self.handle = handle
        unsafe certctl_curl_multi_set_long(handle, CURLMOPT_MAX_HOST_CONNECTIONS, count)
        unsafe certctl_curl_multi_set_long(handle, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
    }

    var isIdle: Bool { unsafe running.isEmpty }

    func wake() {
        unsafe curl_multi_wakeup(handle)
    }

    func start(_ transfer: Transfer) {
        guard let easy = unsafe spare.popLast() ?? curl_easy_init() else {
            transfer.finish(.failure(.broken("libcurl is out of memory")))
            return
        }
        guard unsafe transfer.prepare(easy) else {
            unsafe curl_easy_cleanup(easy)
            transfer.finish(.failure(.broken("this libcurl lacks an option that certctl needs")))
            return
        }
        guard unsafe curl_multi_add_handle(handle, easy) == CURLM_OK else {
            unsafe curl_easy_cleanup(easy)
            transfer.finish(.failure(.broken("libcurl cannot begin a transfer")))
            return
        }
        unsafe running[easy] = transfer
    }

    func perform() {
        var stillRunning: Int32 = 0
        unsafe curl_multi_perform(handle, &stillRunning)
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(handle, &left) {
            // Copied now: the message dies when its handle is removed.
            let result = unsafe certctl_curl_result(message)
            guard let easy = unsafe message.pointee.easy_handle else { continue }
            unsafe curl_multi_remove_handle(handle, easy)
            unsafe running.removeValue(forKey: easy)?.complete(easy, result)
            unsafe curl_easy_reset(easy)
            unsafe spare.append(easy)
        }
    }

    func wait() {
        unsafe curl_multi_poll(handle, nil, 0, 1000, nil)
    }

    func end() {
        while let easy = unsafe spare.popLast() {
            unsafe curl_easy_cleanup(easy)
        }
        unsafe curl_multi_cleanup(handle)
    }
}
