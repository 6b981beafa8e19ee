import CLibCurl
import Glibc
import HTTP

/// What libcurl's codes mean for whoever asked.
extension CurlSettings {
    /// `CURLE_TOO_LARGE`, which libcurl has since 8.6.
    private static let curlTooLarge = CURLcode(rawValue: 100)
    private static let expired = 10
    private static let notYetValid = 9

    /// Tells why a request failed: by libcurl's code, its words, and what its handle knows beside.
    func failure(
        _ easy: UnsafeMutableRawPointer,
        _ code: CURLcode,
        _ text: String
    ) -> TransportFailure {
        switch code {
        case CURLE_COULDNT_CONNECT where isSocket:
            unsafe socketFailure(easy, text)
        case CURLE_COULDNT_RESOLVE_HOST:
            .hostNotFound(text)
        case CURLE_COULDNT_CONNECT, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR,
            CURLE_PARTIAL_FILE:
            .notConnected(text)
        case CURLE_OPERATION_TIMEDOUT:
            .timedOut(text)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR:
            .notTrusted(unsafe distrust(easy), text)
        case CURLE_SSL_CACERT_BADFILE:
            .notTrusted(.roots, text)
        case CURLE_SSL_CERTPROBLEM:
            .notTrusted(.other, text)
        case CURLE_OUT_OF_MEMORY, Self.curlTooLarge:
            // What libcurl says of one header line of more than 100 KB.
            .tooLarge(limit: Transfer.headerLimit)
        default:
            .broken(text)
        }
    }

    /// Tells the reasons apart for which the kernel refuses a connection to a Unix socket.
    private func socketFailure(_ easy: UnsafeMutableRawPointer, _ text: String) -> TransportFailure
    {
        var number = 0
        unsafe certctl_curl_get_long(easy, CURLINFO_OS_ERRNO, &number)
        let words = number == 0 ? text : SystemCallError.reason(of: Int32(number))
        switch Int32(number) {
        case ENOENT, ENOTDIR: return .socket(.missing, words)
        case ECONNREFUSED: return .socket(.stale, words)
        case EACCES, EPERM: return .socket(.forbidden, words)
        default: return .socket(.other, words)
        }
    }

    /// Reads why the server's certificate did not pass.
    ///
    /// Source: OpenSSL's X509_V_ERR numbers. libcurl compares the name before it asks for the
    /// result, which is then still the 1 that it begins with.
    private func distrust(_ easy: UnsafeMutableRawPointer) -> TransportFailure.Distrust {
        var result = 0
        unsafe certctl_curl_get_long(easy, CURLINFO_SSL_VERIFYRESULT, &result)
        switch result {
        case 0, 1: return .host
        case Self.expired, Self.notYetValid: return .dates
        default: return .issuer
        }
    }
}
