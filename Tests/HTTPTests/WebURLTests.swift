import HTTP
import Testing

/// Cases P35 and F14 of the reliability catalogue; RFC 3986 §3; RFC 8555 §6.1: https and no other.
@Suite struct WebURLTests {
    @Test(
        arguments: [
            ("https://ca.test", "ca.test", 443),
            ("https://ca.test/", "ca.test", 443),
            ("https://ca.test?a=b", "ca.test", 443),
            ("https://ca.test:14000/dir", "ca.test", 14000),
            ("https://ca.test:65535/", "ca.test", 65535),
            ("https://192.0.2.1:1/", "192.0.2.1", 1),
            ("https://[2001:db8::1]/dir", "[2001:db8::1]", 443),
            ("https://[2001:DB8::1]:8443/dir", "[2001:db8::1]", 8443),
            ("https://[::ffff:192.0.2.1]/", "[::ffff:192.0.2.1]", 443),
            ("https://ca.test/a//b/../c;d=e,f?g=%20&h=@:!$'()*+~_-.", "ca.test", 443),
        ]
    )
    func `an absolute https URL is taken as it is`(text: String, host: String, port: UInt16) throws
    {
        let url = try #require(WebURL(text))
        #expect(url.description == text)
        #expect(url.origin.host == host)
        #expect(url.origin.port == port)
    }

    @Test func `scheme and host compare without case, the text stays to the letter`() throws {
        let url = try #require(WebURL("HTTPS://CA.Test/Dir"))
        #expect(url.origin == WebURL("https://ca.test")?.origin)
        #expect(url.description == "HTTPS://CA.Test/Dir")
    }

    @Test func `the default port is the same origin as port 443`() {
        #expect(WebURL("https://ca.test/")?.origin == WebURL("https://ca.test:443/")?.origin)
    }

    @Test(arguments: ["https://ca.test:8443/", "https://www.ca.test/", "https://ca.test.evil/"])
    func `another port or host is another origin`(text: String) throws {
        let url = try #require(WebURL(text))
        #expect(url.origin != WebURL("https://ca.test/")?.origin)
    }

    @Test(
        arguments: [
            "", "ca.test", "/dir", "//ca.test/dir", "https:", "https:/", "https:/ca.test",
            "http://ca.test/", "file:///etc/passwd", "gopher://ca.test/", "ftp://ca.test/",
            "javascript:alert(1)", " https://ca.test/", "httpss://ca.test/",
        ]
    )
    func `another scheme or none is refused`(text: String) {
        #expect(WebURL(text) == nil)
    }

    @Test(
        arguments: [
            "https://", "https:///x", "https://?x", "https://:443/", "https://[]/",
            "https://[::1/", "https://[::1]x/", "https://[fe80::1%25eth0]/", "https://[ca.test]/",
            "https://ca;test/", "https://ca%2etest/", "https://ca,test/", "https://-ca.t*st/",
        ]
    )
    func `a host that is missing or malformed is refused`(text: String) {
        #expect(WebURL(text) == nil)
    }

    @Test func `a host of more than 255 bytes is refused`() {
        let label = String(repeating: "a", count: 255)
        #expect(WebURL("https://\(label)/") != nil)
        #expect(WebURL("https://\(label)a/") == nil)
    }

    @Test(
        arguments: [
            "https://user@ca.test/", "https://user:secret@ca.test/", "https://user:443@ca.test/",
            "https://ca.test@evil.test/", "https://ca.test:443@evil.test/",
        ]
    )
    func `user information is refused`(text: String) {
        #expect(WebURL(text) == nil)
    }

    @Test(arguments: ["0", "65536", "99999999999999999999", "+443", "-1", "", "4 43", "0x1bb", "a"])
    func `a port is a number from 1 to 65535`(port: String) {
        #expect(WebURL("https://ca.test:\(port)/") == nil)
    }

    @Test(
        arguments: [
            "https://ca.test/#part", "https://ca.test/a b", "https://ca.test/\\evil.test",
            "https://ca.test\\@evil.test/", "https://ca.test/\"", "https://ca.test/<x>",
            "https://ca.test/{x}", "https://ca.test/a|b", "https://ca.test/^",
            "https://ca.test/`id`",
        ]
    )
    func `a fragment and characters that a URL cannot hold are refused`(text: String) {
        #expect(WebURL(text) == nil)
    }

    @Test(
        arguments: [
            "https://ca.test/\r\nHost: evil.test", "https://ca.test/\n", "https://ca.test/\0",
            "https://ca.test/\t", "https://ca.test/\u{1B}[2J", "https://ca.test/\u{7F}",
            "https://cä.test/", "https://ca.test/ä", "https://ca.test/\u{202E}", "https://ｃa.test/",
        ]
    )
    func `control characters and what is not ASCII are refused`(text: String) {
        #expect(WebURL(text) == nil)
    }

    @Test func `a URL has at most 2048 bytes`() {
        let longest = "https://ca.test/" + String(repeating: "a", count: 2032)
        #expect(WebURL(longest) != nil)
        #expect(WebURL(longest + "a") == nil)
    }

    /// RFC 9110 §10.2.2, as far as CAs use it.
    @Test(
        arguments: [
            ("/dir", "https://ca.test:14000/dir"), ("/a?b=c", "https://ca.test:14000/a?b=c"),
            ("https://other.test/dir", "https://other.test/dir"),
        ]
    )
    func `a redirect leads to a path of the same server or to a whole URL`(
        reference: String,
        target: String
    ) throws {
        let base = try #require(WebURL("https://CA.test:14000/old/dir"))
        #expect(WebURL(reference, from: base)?.description == target)
    }

    @Test(arguments: [
        "//evil.test/dir", "/\\evil.test", "dir", "", "/a b", "http://ca.test/", "/#x",
    ])
    func `a redirect to anything else is refused`(reference: String) throws {
        let base = try #require(WebURL("https://ca.test/dir"))
        #expect(WebURL(reference, from: base) == nil)
    }

    @Test func `a path of a server at a socket is http of this machine`() throws {
        let url = try #require(WebURL.onLocalSocket("/v1.41/json?a=%7B"))
        #expect(url.description == "http://localhost/v1.41/json?a=%7B")
        #expect(url.origin.host == "localhost")
    }

    @Test(arguments: ["", "json", "/a b", "/a\nb", "/é", "/#x", "/\"", "http://x/"])
    func `what is no path of such a server is refused`(path: String) {
        #expect(WebURL.onLocalSocket(path) == nil)
    }
}
