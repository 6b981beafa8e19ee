import Nginx
import TestSupport
import Testing

/// What a server listens on and is called, and which one nginx chooses.
@Suite struct ServersTests {
    private func servers(_ http: String, _ others: [String: String] = [:]) throws -> Configuration {
        try NginxFiles(http: http, others).read()
    }

    @Test(
        arguments: [
            ("80", .anyIPv4, 80...80), ("*:81", .anyIPv4, 81...81),
            ("0.0.0.0:82", .anyIPv4, 82...82),
            ("[::]:443", .anyIPv6, 443...443), ("[::1]", .specific("[::1]"), 80...80),
            ("192.0.2.1", .specific("192.0.2.1"), 80...80),
            ("LocalHost:8080", .specific("localhost"), 8080...8080),
            ("unix:/run/a.sock", .unix("/run/a.sock"), 0...0), ("8080-8082", .anyIPv4, 8080...8082),
        ] as [(String, Listen.Address, ClosedRange<Int>)]
    )
    func `a listen has address and ports`(
        text: String,
        address: Listen.Address,
        ports: ClosedRange<Int>
    ) throws {
        let listen = try #require(
            try servers("server { listen \(text); }").servers[0].listens.first
        )
        #expect(listen.address == address)
        #expect(listen.ports == ports)
    }

    @Test func `a listen has options`() throws {
        let listens = try servers(
            "server { listen [::]:443 ssl http2 default_server ipv6only=on; listen 443 quic; }"
        ).servers[0].listens
        #expect(listens.map(\.isTLS) == [true, true])
        #expect(listens.map(\.isQUIC) == [false, true])
        #expect(listens.map(\.isDefaultServer) == [true, false])
        #expect(listens.map(\.address.isIPv6) == [true, false])
    }

    @Test func `a server without listen has port 80, one without a name has the empty one`() throws
    {
        let server = try servers("server { }").servers[0]
        #expect(server.listens.map(\.ports) == [80...80])
        #expect(server.listens[0].directive == nil)
        #expect(server.names == [.exact("")])
    }

    @Test func `names are of all kinds, in several lines and files, and in lower case`() throws {
        let server = try servers(
            """
            server { server_name A.test *.B.test; include names.inc;
            server_name c.* .d.test "~^e\\d{1}" $hostname ""; }
            """,
            ["/etc/nginx/names.inc": "server_name 'F.test';"]
        ).servers[0]
        #expect(
            server.names == [
                .exact("a.test"), .leading("b.test"), .exact("f.test"), .trailing("c"),
                .suffix("d.test"), .regex("^e\\d{1}"), .hostname, .exact(""),
            ]
        )
    }

    private static let choices = """
        server { listen 80 default_server; server_name _; }
        server { listen 80; server_name *.test; }
        server { listen 80; server_name *.a.test www.*; }
        server { listen 80; server_name www.a.test .b.test; }
        server { listen 80; server_name www.a.* ~^r\\d+\\.other$; }
        server { listen 80; server_name ~^r ~(?<=x)undecidable$ www.a.test; }
        """

    @Test(
        arguments: [
            ("www.a.test", 3), ("x.a.test", 2), ("y.x.a.test", 2), ("a.test", 1), ("b.test", 3),
            ("x.b.test", 3), ("www.a.other", 4), ("www.b.other", 2), ("r12.other", 4),
            ("rx.other", 5), ("WWW.A.TEST", 3), ("*.a.test", 2), ("*.b.test", 3),
        ]
    )
    func `the server is chosen in nginx's order`(name: String, number: Int) throws {
        let choice = try #require(try servers(Self.choices).choices(for: name, onPort: 80).first)
        #expect(choice.server.number == number)
        #expect(choice.reason != .byDefault)
    }

    @Test func `an expression that cannot be judged leaves the choice open`() throws {
        let choice = try #require(try servers(Self.choices).choices(for: "z", onPort: 80).first)
        #expect(choice.reason == .undecided("(?<=x)undecidable$"))
    }

    @Test func `the default is the one that says so, else the first of the socket`() throws {
        let configuration = try servers(
            """
            server { listen 80; listen 127.0.0.1:80; server_name a.test; }
            server { listen 80 default_server; listen [::]:80; server_name b.test; }
            """
        )
        let choices = configuration.choices(for: "x.test", onPort: 80)
        #expect(choices.map(\.socket.description) == ["*:80", "127.0.0.1:80", "[::]:80"])
        #expect(choices.map(\.server.number) == [1, 0, 1])
        #expect(choices.allSatisfy { $0.reason == .byDefault })
        #expect(configuration.explicitDefault(onPort: 80)?.number == 1)
        #expect(configuration.explicitDefault(onPort: 443) == nil)
    }

    @Test func `one server's word for TLS holds for the socket`() throws {
        let configuration = try servers(
            """
            server { listen 443 ssl; server_name a.test; }
            server { listen 443; server_name b.test; }
            server { listen 444; ssl on; server_name c.test; }
            """
        )
        #expect(configuration.tlsChoices(for: "b.test").map(\.server.number) == [1, 2])
        #expect(configuration.sockets.map(\.isTLS) == [true, true])
        #expect(try servers("ssl on; server { listen 1; }").sockets.map(\.isTLS) == [true])
    }
}
