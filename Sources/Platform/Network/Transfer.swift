import CLibCurl
import Glibc
import HTTP

/// One request on its way.
///
/// `@unchecked`: it is handed to the transport's thread once, and from then on only that thread
/// touches it.
@safe final class Transfer: @unchecked Sendable {
    private static let connectLimit = 10
    /// How much the fields of a header may have, in bytes.
    static let headerLimit = 32 * 1024

    private let request: HTTPRequest
    private let settings: CurlSettings
    /// Who takes the body of a success; else it is kept for the answer.
    private let receiver: BodyReceiver?
    private let completion: @Sendable (Result<HTTPResponse, TransportFailure>) -> Void
    private var headerLines: UnsafeMutablePointer<curl_slist>?
    private var headers = HTTPHeaders()
    private var headerBytes = 0
    /// The status of the last status line that has come.
    private var status = 0
    private var bodyBytes = 0
    private var body: [UInt8] = []
    private var failure: TransportFailure?
    /// Where libcurl puts its explanation; of a fixed address, which an array does not have.
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    init(
        _ request: HTTPRequest,
        settings: CurlSettings,
        receiver: BodyReceiver?,
        completion: @escaping @Sendable (Result<HTTPResponse, TransportFailure>) -> Void
    ) {
        self.request = request
        self.settings = settings
        self.receiver = receiver
        self.completion = completion
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        unsafe curl_slist_free_all(headerLines)
        unsafe errorText.deallocate()
    }

    func finish(_ result: Result<HTTPResponse, TransportFailure>) {
        completion(result)
    }

    /// Sets up `easy` for this request.
    ///
    /// - Returns: Whether libcurl took every option.
    func prepare(_ easy: UnsafeMutableRawPointer) -> Bool {
        unsafe setLimits(easy) && setIsolation(easy) && setPeer(easy) && setRequest(easy)
            && setCallbacks(easy)
    }

    private func setLimits(_ easy: UnsafeMutableRawPointer) -> Bool {
        let limit = Int(request.timeLimit.roundedUpToMilliseconds)
        return unsafe setLong(easy, CURLOPT_NOSIGNAL, 1)
            && setLong(easy, CURLOPT_CONNECTTIMEOUT, Self.connectLimit)
            && setLong(easy, CURLOPT_TIMEOUT_MS, limit)
    }

    /// Keeps away what the environment or a server could change of a request.
    private func setIsolation(_ easy: UnsafeMutableRawPointer) -> Bool {
        unsafe setLong(easy, CURLOPT_FOLLOWLOCATION, 0)
            // An empty proxy also switches off http_proxy and its kin.
            && setString(easy, CURLOPT_PROXY, "")
            && setLong(easy, CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
    }

    private func setPeer(_ easy: UnsafeMutableRawPointer) -> Bool {
        switch settings.peer {
        case .servers(let roots):
            unsafe setTrust(easy, roots: roots) && setPatience(easy)
        case .socket(let path):
            unsafe setString(easy, CURLOPT_PROTOCOLS_STR, "http")
                && setString(easy, CURLOPT_UNIX_SOCKET_PATH, path)
                && setLong(easy, CURLOPT_FORBID_REUSE, 1)
        }
    }

    private func setTrust(_ easy: UnsafeMutableRawPointer, roots: String?) -> Bool {
        guard
            unsafe setString(easy, CURLOPT_PROTOCOLS_STR, "https"),
            unsafe setLong(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        else { return false }
        guard let roots else { return unsafe setPublicAddresses(easy) }
        // The path of the system's roots stays in force unless it is taken away too.
        return unsafe setString(easy, CURLOPT_CAINFO, roots)
            && certctl_curl_set_string(easy, CURLOPT_CAPATH, nil) == CURLE_OK
    }

    private func setPublicAddresses(_ easy: UnsafeMutableRawPointer) -> Bool {
        // Not retained: the transport keeps the transfer until libcurl is done with it.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        return unsafe certctl_curl_set_socket(easy, CURLOPT_OPENSOCKETFUNCTION, openPublicSocket)
            == CURLE_OK
            && certctl_curl_set_pointer(easy, CURLOPT_OPENSOCKETDATA, context) == CURLE_OK
    }

    /// What a network needs, and a socket of this machine does not.
    private func setPatience(_ easy: UnsafeMutableRawPointer) -> Bool {
        unsafe setLong(easy, CURLOPT_LOW_SPEED_LIMIT, 10)
            && setLong(easy, CURLOPT_LOW_SPEED_TIME, 30)
            && setLong(easy, CURLOPT_TCP_NODELAY, 1)
            // Waits for the connection that is being made instead of opening a second one.
            && setLong(easy, CURLOPT_PIPEWAIT, 1)
    }

    private func setRequest(_ easy: UnsafeMutableRawPointer) -> Bool {
        for field in request.headers.fields {
            unsafe headerLines = curl_slist_append(headerLines, "\(field.name): \(field.value)")
        }
        // RFC 8555 §6.1: the CA's errors are for people, who here read English.
        unsafe headerLines = curl_slist_append(headerLines, "Accept-Language: en")
        // libcurl would ask whether a large body is welcome, which costs a round trip.
        unsafe headerLines = curl_slist_append(headerLines, "Expect:")
        guard unsafe certctl_curl_set_list(easy, CURLOPT_HTTPHEADER, headerLines) == CURLE_OK,
            unsafe setString(easy, CURLOPT_URL, request.url.description),
            unsafe setString(easy, CURLOPT_USERAGENT, settings.userAgent)
        else { return false }
        switch request.method {
        case .get:
            return unsafe setLong(easy, CURLOPT_HTTPGET, 1)
        case .head:
            return unsafe setLong(easy, CURLOPT_NOBODY, 1)
        case .post:
            let size = curl_off_t(request.body.count)
            return unsafe certctl_curl_set_off(easy, CURLOPT_POSTFIELDSIZE_LARGE, size) == CURLE_OK
                && request.body.withUnsafeBufferPointer { buffer in
                    unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
                        unsafe certctl_curl_set_string(
                            easy,
                            CURLOPT_COPYPOSTFIELDS,
                            characters.baseAddress
                        ) == CURLE_OK
                    }
                }
        }
    }

    private func setCallbacks(_ easy: UnsafeMutableRawPointer) -> Bool {
        // Not retained: the transport keeps the transfer until libcurl is done with it.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let areDataSet =
            unsafe certctl_curl_set_data(easy, CURLOPT_WRITEFUNCTION, takeBody) == CURLE_OK
            && certctl_curl_set_pointer(easy, CURLOPT_WRITEDATA, context) == CURLE_OK
            && certctl_curl_set_data(easy, CURLOPT_HEADERFUNCTION, takeHeader) == CURLE_OK
            && certctl_curl_set_pointer(easy, CURLOPT_HEADERDATA, context) == CURLE_OK
        return unsafe areDataSet
            && certctl_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText) == CURLE_OK
    }

    private func setLong(
        _ easy: UnsafeMutableRawPointer,
        _ option: CURLoption,
        _ value: Int
    ) -> Bool {
        unsafe certctl_curl_set_long(easy, option, value) == CURLE_OK
    }

    private func setString(
        _ easy: UnsafeMutableRawPointer,
        _ option: CURLoption,
        _ value: String
    ) -> Bool {
        unsafe certctl_curl_set_string(easy, option, value) == CURLE_OK
    }

    /// Tells the caller how the transfer ended.
    func complete(_ easy: UnsafeMutableRawPointer, _ result: CURLcode) {
        guard result == CURLE_OK else {
            let detail = unsafe String(cString: errorText)
            let text = detail.isEmpty ? unsafe String(cString: curl_easy_strerror(result)) : detail
            unsafe finish(.failure(failure ?? settings.failure(easy, result, text)))
            return
        }
        finish(.success(HTTPResponse(status: status, headers: headers, body: body)))
    }

    /// Takes a piece of the body; `false` ends the transfer.
    fileprivate func take(body piece: UnsafeRawBufferPointer) -> Bool {
        bodyBytes += piece.count
        guard bodyBytes <= request.bodyLimit else {
            failure = .tooLarge(limit: request.bodyLimit)
            return false
        }
        guard let receiver, (200..<300).contains(status) else {
            unsafe body.append(contentsOf: piece)
            return true
        }
        guard unsafe receiver(Array(piece)) else {
            failure = .broken("what came was not wanted")
            return false
        }
        return true
    }

    /// Takes one header line, the status line and the empty one included.
    fileprivate func take(header line: UnsafeRawBufferPointer) -> Bool {
        headerBytes += line.count
        guard headerBytes <= Self.headerLimit else {
            failure = .tooLarge(limit: Self.headerLimit)
            return false
        }
        let text = unsafe String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            // The fields of an interim answer (103) are not those of the final one.
            headers = HTTPHeaders()
            let words = text.split(separator: " ", maxSplits: 2)
            status = words.count > 1 ? Int(words[1].prefix(3)) ?? 0 : 0
        } else if let colon = text.firstIndex(of: ":") {
            let value = text[text.index(after: colon)...].drop(while: \.isWhitespace)
            let end = value.lastIndex { !$0.isWhitespace }
            let trimmed = end.map { String(value[...$0]) } ?? ""
            headers.append(String(text[..<colon]), trimmed)
        }
        return true
    }

    fileprivate func refuse(_ address: String) {
        failure = .privateAddress("\(request.url.origin.host) is at the private address \(address)")
    }
}

private func takeBody(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    let piece = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe transfer(context)?.take(body: piece) == true ? piece.count : 0
}

private func takeHeader(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe transfer(context)?.take(header: line) == true ? line.count : 0
}

/// The transfer that libcurl was given as a callback's context.
private func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    unsafe context.map { unsafe Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
}

/// Opens a socket unless the address is one that no public CA has: whoever can change a name's
/// addresses could otherwise aim us at this machine's neighbours.
private func openPublicSocket(
    _ context: UnsafeMutableRawPointer?,
    _ purpose: curlsocktype,
    _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let transfer = unsafe transfer(context), let address = unsafe address else {
        return curl_socket_t(CURL_SOCKET_BAD)
    }
    let peer = unsafe PeerAddress(certctl_curl_address(address))
    guard let peer, !peer.isPrivate else {
        transfer.refuse(peer?.description ?? "of an unknown family")
        return curl_socket_t(CURL_SOCKET_BAD)
    }
    let type = unsafe address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
    return unsafe socket(address.pointee.family, type, address.pointee.protocol)
}
