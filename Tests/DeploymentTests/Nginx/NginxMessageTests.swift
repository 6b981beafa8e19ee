import Testing

@testable import Deployment

/// What nginx writes, on a terminal and into its log.
@Suite struct NginxMessageTests {
    private let paths = PathMap(mounts: [
        .init(source: "/srv/conf.d", target: "/etc/nginx/conf.d", isWritable: false)
    ])

    @Test(
        arguments: [
            (
                "nginx: [emerg] unknown directive \"x\" in /etc/nginx/conf.d/a.conf:1",
                NginxMessage.Level.emerg, "unknown directive \"x\" in /etc/nginx/conf.d/a.conf:1"
            ),
            (
                "2026/11/23 12:00:00 [notice] 1#1: start worker processes", .notice,
                "start worker processes"
            ),
            (
                "2026/11/23 12:00:00 [error] 29#29: *7 connect() failed (111: Connection refused)",
                .error, "connect() failed (111: Connection refused)"
            ),
            ("nginx: [warn] 5 things", .warn, "5 things"),
        ]
    )
    func `a line is taken apart`(line: String, level: NginxMessage.Level, text: String) throws {
        let message = try #require(NginxMessage(line))
        #expect(message.level == level)
        #expect(message.text == text)
    }

    @Test(
        arguments: [
            "", "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok",
            "192.0.2.1 - - [23/Nov/2026:12:00:00 +0000] \"GET /[emerg] HTTP/1.1\" 200 1",
            "[unknown] x", "nginx: [emerg",
            "192.0.2.1 - - a very long name before it comes to the word [emerg] forged",
        ]
    )
    func `another line is none`(line: String) {
        #expect(NginxMessage(line) == nil)
    }

    @Test func `the place in the configuration is found at the end`() throws {
        let line = "nginx: [emerg] a in /b:1 strange in /etc/nginx/my conf.d/a.conf:27"
        let place = try #require(NginxMessage(line)?.place)
        #expect(place.file == "/etc/nginx/my conf.d/a.conf")
        #expect(place.line == 27)
        #expect(NginxMessage("nginx: [emerg] bind() to 0.0.0.0:80 failed (98: x)")?.place == nil)
    }

    @Test func `paths get the host's behind them`() throws {
        let line = "nginx: [emerg] unknown directive \"x\" in /etc/nginx/conf.d/a.conf:1"
        #expect(
            try #require(NginxMessage(line)).explained(by: paths)
                == "unknown directive \"x\" in /etc/nginx/conf.d/a.conf:1 "
                + "(on the host: /srv/conf.d/a.conf:1)"
        )
        let file =
            "nginx: [emerg] open() \"/etc/nginx/conf.d/b.inc\" failed (2: No such file) in "
            + "/etc/nginx/nginx.conf:3"
        #expect(
            try #require(NginxMessage(file)).explained(by: paths)
                .hasSuffix("(on the host: /srv/conf.d/b.inc)")
        )
        #expect(
            try #require(NginxMessage(line)).explained(by: .identity)
                == "unknown directive \"x\" in /etc/nginx/conf.d/a.conf:1"
        )
    }

    @Test func `what a terminal would obey is taken out`() throws {
        let message = try #require(NginxMessage("nginx: [emerg] \u{1B}[2J bad"))
        #expect(message.text == "·[2J bad")
    }
}

/// What it comes down to.
@Suite struct NginxTroubleTests {
    @Test(
        arguments: [
            (
                "\"etag\" directive is duplicate in /etc/nginx/a.conf:3",
                .duplicateDirective("etag")
            ),
            ("bind() to 0.0.0.0:80 failed (98: Address already in use)", NginxTrouble.portTaken),
            ("driver failed … Bind for 0.0.0.0:80 failed: port is already allocated", .portTaken),
            ("listen tcp4 0.0.0.0:80: bind: address already in use", .portTaken),
            ("failed to bind host port for 0.0.0.0:80", .portTaken),
            ("host not found in upstream \"app\" in /a:1", .unknownUpstream("app")),
            (
                "cannot load certificate \"/a.pem\": BIO_new_file() failed (SSL: … (2: No such",
                .certificate("/a.pem")
            ),
            ("cannot load certificate key \"/k.pem\": BIO", .certificate("/k.pem")),
            (
                "cannot load certificate key \"/k.pem\": BIO_new_file() failed (SSL: error:8000000D:"
                    + "system library::Permission denied:calling fopen(/k.pem, r)",
                .unreadablePair("/k.pem")
            ),
            (
                "cannot load certificate \"/c.pem\": BIO_new_file() failed (SSL: error:0200100D:"
                    + "system library:fopen:Permission denied:fopen('/c.pem','r')",
                .unreadablePair("/c.pem")
            ),
            ("SSL_CTX_use_PrivateKey(\"/k.pem\") failed (… key values mismatch)", .keyMismatch),
            ("unknown directive \"http2\" in /a:2", .unknownDirective("http2")),
            ("open() \"/x\" failed (2: No such file or directory) in /a:3", .missingFile("/x")),
            ("open() \"/var/log/x\" failed (13: Permission denied)", .forbidden("/var/log/x")),
            ("exec /usr/sbin/nginx: exec format error", .wrongArchitecture),
            ("exec: \"nginx\": executable file not found in $PATH: unknown", .missingProgram),
        ]
    )
    func `words are recognized`(text: String, trouble: NginxTrouble) {
        #expect(NginxTrouble(in: text) == trouble)
    }

    @Test(arguments: ["", "start worker processes", "open() took long", "unknown directive"])
    func `other words are not`(text: String) {
        #expect(NginxTrouble(in: text) == nil)
    }
}
