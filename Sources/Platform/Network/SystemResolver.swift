import Glibc
import Synchronization

/// The resolver of the C library, with its hosts file and its servers.
package struct SystemResolver: Resolver {
    /// glibc asks a server again after 5 s: one lost packet is no failure.
    private let timeLimit: Duration

    /// Makes a resolver that gives up after `timeLimit`.
    package init(timeLimit: Duration = .seconds(10)) {
        self.timeLimit = timeLimit
    }

    package func addresses(
        of name: String,
        port: UInt16
    ) async throws(ResolverFailure) -> [SocketAddress] {
        if let numeric = SocketAddress(name, port: port) { return [numeric] }
        let seconds = max(1, Int(timeLimit.roundedUpToMilliseconds) / 1000)
        return try await first(within: timeLimit, else: .timedOut(seconds: seconds)) {
            Self.lookUp(name, port)
        }
    }

    /// Asks the C library, which may block for long.
    private static func lookUp(
        _ name: String,
        _ port: UInt16
    ) -> Result<[SocketAddress], ResolverFailure> {
        var hints = unsafe addrinfo()
        // IPv6 is asked for even where this host has none: others do.
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(name, nil, &hints, &list)
        guard code == 0 else { return .failure(failure(code)) }
        defer { unsafe freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var entry = unsafe list
        while let this = unsafe entry {
            if let address = unsafe this.pointee.ai_addr.flatMap({ kernelForm in
                unsafe SocketAddress(UnsafePointer(kernelForm), port: port)
            }), !found.contains(address) {
                found.append(address)
            }
            unsafe entry = this.pointee.ai_next
        }
        return found.isEmpty ? .failure(.notFound) : .success(found)
    }

    /// What the code means; -5 is EAI_NODATA, which only GNU's own sources see.
    ///
    /// Source: getaddrinfo(3).
    private static func failure(_ code: Int32) -> ResolverFailure {
        switch code {
        case EAI_NONAME, -5: .notFound
        case EAI_SYSTEM: .unavailable(SystemCallError.reason(of: errno))
        default: .unavailable(unsafe String(cString: gai_strerror(code)))
        }
    }
}

/// Performs `body` on a thread of its own and gives up on it after `limit`; the thread goes on
/// until `body` returns, which nobody hears then.
private func first<Value: Sendable>(
    within limit: Duration,
    else failure: ResolverFailure,
    _ body: @escaping @Sendable () -> Result<Value, ResolverFailure>
) async throws(ResolverFailure) -> Value {
    var timer: Task<Void, Never>?
    let result: Result<Value, ResolverFailure> = await withCheckedContinuation { continuation in
        let answer = SingleAnswer(continuation)
        do throws(SystemCallError) {
            _ = try WorkerThread { answer.give(body()) }
        } catch {
            answer.give(.failure(.unavailable(error.reason)))
        }
        timer = Task {
            // A sleep that is cut short means that the answer was there first.
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            answer.give(.failure(failure))
        }
    }
    timer?.cancel()
    return try result.get()
}

/// What is waited for, of which the first answer counts.
private final class SingleAnswer<Value: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Result<Value, ResolverFailure>, Never>?>

    init(_ continuation: CheckedContinuation<Result<Value, ResolverFailure>, Never>) {
        self.continuation = Mutex(continuation)
    }

    func give(_ result: Result<Value, ResolverFailure>) {
        let waiting = continuation.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        waiting?.resume(returning: result)
    }
}
