import ACME
import Platform

@testable import HTTP01

/// A key authorization for a token that ends in `suffix`.
func keyAuthorization(
    _ suffix: String = "A",
    host: String = "example.com"
) throws -> KeyAuthorization {
    guard let token = Token("TestTokenTestTokenTestToken" + suffix) else { throw BadSample() }
    let thumbprint = "ThumbprintThumbprintThumbprintThumbprint123"
    return KeyAuthorization(host: host, token: token, thumbprint: thumbprint)
}

/// A test asked for something that cannot be.
struct BadSample: Error {}

/// The bytes that answer a request for `answer`.
func found(_ answer: KeyAuthorization, closing: Bool = false) -> String {
    "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
        + "Content-Length: \(answer.content.utf8.count)\r\n"
        + (closing ? "Connection: close\r\n" : "") + "\r\n\(answer.content)"
}

/// The bytes that answer everything else.
func notFound(closing: Bool = false) -> String {
    "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n"
        + (closing ? "Connection: close\r\n" : "") + "\r\nnot found\n"
}

/// A request as a CA would send it.
func request(_ path: String, method: String = "GET", fields: String = "") -> String {
    "\(method) \(path) HTTP/1.1\r\nHost: example.com\r\n\(fields)\r\n"
}
