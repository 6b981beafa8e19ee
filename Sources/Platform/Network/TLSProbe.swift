import CLibCurl
import Diagnostics
import Glibc

/// TLS handshakes by libcurl, each on a thread of its own.
package struct TLSProbe: TLSProbing {
    /// libcurl is made ready once, by whichever probe comes first.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// For the connection and the handshake together.
    private let timeLimit: Duration

    /// Makes a probe that gives up after `timeLimit`.
    package init(timeLimit: Duration = .seconds(5)) {
        self.timeLimit = timeLimit
    }

    package func presentedChain(
        for host: String,
        at address: SocketAddress
    ) async throws(TLSProbeFailure) -> [[UInt8]] {
        let handshake = Handshake(host: host, address: address, timeLimit: timeLimit)
        let outcome: Result<[[UInt8]], TLSProbeFailure>
        do throws(SystemCallError) {
            outcome = try await WorkerThread.run { () throws(SystemCallError) in
                Self.isReady ? handshake.perform() : .failure(.broken("libcurl cannot start"))
            }
        } catch {
            throw .broken(error.reason)
        }
        return try outcome.get()
    }
}

/// One handshake that is to be made.
private struct Handshake: Sendable {
    private static let shownText = 300

    let host: String
    let address: SocketAddress
    let timeLimit: Duration

    /// Connects, shakes hands and hangs up; blocks for the time limit at most.
    func perform() -> Result<[[UInt8]], TLSProbeFailure> {
        guard isHostUsable else { return .failure(.broken("it is no host name")) }
        guard let easy = unsafe curl_easy_init() else {
            return .failure(.broken("libcurl is out of memory"))
        }
        defer { unsafe curl_easy_cleanup(easy) }
        // Host and port of the URL stay those of the name: only the connection goes elsewhere.
        let target = unsafe curl_slist_append(nil, "::\(address)")
        defer { unsafe curl_slist_free_all(target) }
        // Where libcurl puts its explanation; of a fixed address, which an array does not have.
        let explanation = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
        defer { unsafe explanation.deallocate() }
        unsafe explanation.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        guard unsafe prepare(easy),
            unsafe certctl_curl_set_list(easy, CURLOPT_CONNECT_TO, target) == CURLE_OK,
            unsafe certctl_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, explanation) == CURLE_OK
        else { return .failure(.broken("this libcurl lacks an option that certctl needs")) }
        let code = unsafe curl_easy_perform(easy)
        guard code == CURLE_OK else {
            return .failure(unsafe failure(easy, code, String(cString: explanation)))
        }
        let chain = unsafe presentedChain(easy)
        return chain.isEmpty
            ? .failure(.noHandshake("the server presents no certificate")) : .success(chain)
    }

    /// Whether the host can stand in a URL as it is; what is in a certificate may be anything.
    private var isHostUsable: Bool {
        if SocketAddress(host, port: 0) != nil { return true }
        return !host.isEmpty
            && host.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                    UInt8(ascii: "."), UInt8(ascii: "_"):
                    true
                default:
                    false
                }
            }
    }

    private func prepare(_ easy: UnsafeMutableRawPointer) -> Bool {
        let isIPv6 = SocketAddress(host, port: 0)?.isIPv6 ?? false
        let url = "https://\(isIPv6 ? "[\(host)]" : host):\(address.port)/"
        let limit = Int(timeLimit.roundedUpToMilliseconds)
        return unsafe set(easy, CURLOPT_URL, url)
            // An empty proxy also switches off http_proxy and its kin.
            && set(easy, CURLOPT_PROXY, "")
            && set(easy, CURLOPT_CONNECT_ONLY, 1)
            && set(easy, CURLOPT_CERTINFO, 1)
            && set(easy, CURLOPT_SSL_VERIFYPEER, 0)
            && set(easy, CURLOPT_SSL_VERIFYHOST, 0)
            && set(easy, CURLOPT_NOSIGNAL, 1)
            && set(easy, CURLOPT_CONNECTTIMEOUT_MS, limit)
            && set(easy, CURLOPT_TIMEOUT_MS, limit)
    }

    private func set(
        _ easy: UnsafeMutableRawPointer,
        _ option: CURLoption,
        _ value: Int
    ) -> Bool {
        unsafe certctl_curl_set_long(easy, option, value) == CURLE_OK
    }

    private func set(
        _ easy: UnsafeMutableRawPointer,
        _ option: CURLoption,
        _ value: String
    ) -> Bool {
        unsafe certctl_curl_set_string(easy, option, value) == CURLE_OK
    }

    /// Copies the certificates that libcurl has kept of the handshake.
    private func presentedChain(_ easy: UnsafeMutableRawPointer) -> [[UInt8]] {
        var pointer: UnsafeMutableRawPointer?
        unsafe certctl_curl_get_pointer(easy, CURLINFO_CERTINFO, &pointer)
        guard let info = unsafe pointer?.assumingMemoryBound(to: curl_certinfo.self) else {
            return []
        }
        return unsafe (0..<Int(info.pointee.num_of_certs)).compactMap { index in
            unsafe certificate(in: info.pointee.certinfo[index])
        }
    }

    /// Finds the certificate itself among the lines that describe it: libcurl writes it last.
    private func certificate(in lines: UnsafeMutablePointer<curl_slist>?) -> [UInt8]? {
        let label = "Cert:"
        var found: [UInt8]?
        var line = unsafe lines
        while let entry = unsafe line {
            let text = unsafe String(cString: entry.pointee.data)
            if text.hasPrefix(label) { found = Array(text.utf8.dropFirst(label.utf8.count)) }
            unsafe line = entry.pointee.next
        }
        return found
    }

    /// Tells what libcurl's code means here.
    private func failure(
        _ easy: UnsafeMutableRawPointer,
        _ code: CURLcode,
        _ explanation: String
    ) -> TLSProbeFailure {
        let words =
            explanation.isEmpty ? unsafe String(cString: curl_easy_strerror(code)) : explanation
        let text = words.harmless(limit: Self.shownText)
        let seconds = max(1, Int(timeLimit.roundedUpToMilliseconds) / 1000)
        switch code {
        case CURLE_COULDNT_CONNECT:
            var number = 0
            unsafe certctl_curl_get_long(easy, CURLINFO_OS_ERRNO, &number)
            switch Int32(number) {
            case ECONNREFUSED: return .refused
            case ETIMEDOUT: return .timedOut(seconds: seconds)
            case ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, EAFNOSUPPORT: return .noRoute
            default: return .broken(number == 0 ? text : SystemCallError.reason(of: Int32(number)))
            }
        case CURLE_OPERATION_TIMEDOUT:
            // A connection that came about has a port of ours.
            var port = 0
            unsafe certctl_curl_get_long(easy, CURLINFO_LOCAL_PORT, &port)
            return port > 0 ? .stalled(seconds: seconds) : .timedOut(seconds: seconds)
        case CURLE_SSL_CONNECT_ERROR, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING:
            return .noHandshake(text)
        default:
            return .broken(text)
        }
    }
}
