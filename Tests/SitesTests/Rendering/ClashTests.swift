import Nginx
import PKI
import Settings
import Sites
import Testing

/// What nginx would refuse, or take and serve otherwise than said, is refused before.
@Suite struct ClashTests {
    private let app = "site a.test { to b:1; }"

    private func surroundings(_ others: OtherServer...) -> Surroundings {
        var surroundings = Examples.surroundings()
        surroundings.others = others
        return surroundings
    }

    private func other(
        _ names: [String],
        _ port: UInt16 = 80,
        address: String = "*",
        isDefault: Bool = false
    ) -> OtherServer {
        OtherServer(
            file: "/etc/x.conf",
            listens: [.init(address: address, port: port, isDefault: isDefault)],
            names: names
        )
    }

    @Test(arguments: [80, 443] as [UInt16])
    func `a name that another server has is refused, in whatever case`(port: UInt16) throws {
        let error = try Examples.error(app, surroundings(other(["x.test", "A.Test"], port)))
        #expect(error == .clash(name: "A.Test", port: port, file: "/etc/x.conf"))
    }

    @Test func `the same name on another port is no clash`() throws {
        #expect(try Examples.error(app, surroundings(other(["a.test"], 8080))) == nil)
    }

    @Test func `another's default server stays the only one of its port and family`() throws {
        var surroundings = surroundings(other(["_"], isDefault: true))
        surroundings.hasIPv6 = true
        let rendering = try Examples.rendering(app, surroundings)
        let text = try Examples.texts(app, surroundings)["certctl-01-default.conf"]
        #expect(text?.contains(" 80 default_server;") == false)
        #expect(text?.contains("[::]:80 default_server;") == true)
        #expect(text?.contains("443 ssl default_server;") == true)
        #expect(rendering.notes == [.keepsDefault(port: 80, file: "/etc/x.conf")])
    }

    @Test func `where others have them all there is no file of default servers`() throws {
        let both = OtherServer(
            file: "/x",
            listens: [.init(port: 80, isDefault: true), .init(port: 443, isDefault: true)],
            names: []
        )
        let files = try Examples.rendering(app, surroundings(both)).files
        #expect(!files.contains { $0.path == "certctl-01-default.conf" })
    }

    @Test(arguments: [[], [""], ["_"]])
    func `a server that is the default only because it is the first is not pushed aside`(
        names: [String]
    ) throws {
        let error = try Examples.error(app, surroundings(other(["x.test"], 443), other(names)))
        #expect(error == .hiddenDefault(port: 80, file: "/etc/x.conf"))
    }

    @Test func `one that has a name keeps that, and it is told what it loses`() throws {
        let rendering = try Examples.rendering(app, surroundings(other(["localhost"]), other([])))
        #expect(rendering.notes == [.replacesDefault(port: 80, file: "/etc/x.conf")])
    }

    @Test func `a server at an address of its own is told of`() throws {
        let rendering = try Examples.rendering(
            app,
            surroundings(other(["x.test"], 443, address: "10.0.0.5"))
        )
        #expect(rendering.notes == [.ownAddress("10.0.0.5", port: 443, file: "/etc/x.conf")])
    }

    @Test func `names too long for what others say are told of`() throws {
        var surroundings = Examples.surroundings()
        let bucket = Surroundings.NamesBucket(size: 64, place: "/etc/x.conf:3")
        surroundings.namesBucket = bucket
        let name = String(repeating: "a", count: 50) + ".test"
        let rendering = try Examples.rendering("site \(name) { to b:1; }", surroundings)
        #expect(rendering.notes == [.longName(name, in: bucket, needed: 128)])
        #expect(rendering.notes.first?.description.contains("/etc/x.conf:3") == true)
        #expect(
            try Examples.texts("site \(name) { to b:1; }", surroundings)["certctl-00-http.conf"]?
                .contains("bucket_size") == false
        )
    }

    @Test(arguments: [(46, 64, true), (47, 64, false), (47, 65, true), (111, 128, false)])
    func `names that others left room enough for are not told of`(
        length: Int,
        size: Int,
        fits: Bool
    ) throws {
        var surroundings = Examples.surroundings()
        surroundings.namesBucket = .init(size: size, place: "/etc/x.conf:3")
        let name =
            Array(repeating: String(repeating: "a", count: 11), count: 10)
            .joined(separator: ".").suffix(length - 5) + ".test"
        let rendering = try Examples.rendering("site \(name) { to b:1; }", surroundings)
        #expect(rendering.notes.isEmpty == fits)
    }

    @Test func `an nginx without TLS is refused`() throws {
        let build = Examples.build(without: "http_ssl_module")
        #expect(try Examples.error(app, Examples.surroundings(build)) == .withoutTLS)
    }

    @Test func `two sites have no name and no certificate in common`() throws {
        let sites = try Examples.sites(app)
        let twice = [sites[0], Site(sites[0].settings, lineage: "b")]
        let surroundings = Examples.surroundings()
        #expect(Examples.error(of: twice, surroundings) == .repeatedName("a.test"))
        #expect(
            Examples.error(of: sites + sites, surroundings) == .repeatedLineage("a.test")
        )
    }

    @Test(arguments: [
        "", "../a", "A", ".a", "_a", "a/b", "a b", String(repeating: "a", count: 201),
    ])
    func `a certificate's name that cannot stand in a path is refused`(lineage: String) throws {
        let site = Site(try Examples.sites(app)[0].settings, lineage: lineage)
        #expect(
            Examples.error(of: [site], Examples.surroundings()) == .unusableLineage(lineage)
        )
    }

    @Test func `no site takes the place of the files that all have in common`() throws {
        let files = try Examples.rendering(
            "site a.test { name 00-http; to b:1; } site b.test { name 01-default; to b:1; }"
        ).files
        #expect(Set(files.map(\.path)).count == files.count)
        #expect(files.contains { $0.path == "certctl-_00-http.conf" })
    }

    @Test func `a registry that nobody guards is refused whoever asks for it`() throws {
        var settings = try Examples.sites("site a.test { kind app; to b:1; }")[0].settings
        settings.kind = .registry
        let site = Site(settings, lineage: "a.test")
        let surroundings = Examples.surroundings()
        #expect(Examples.error(of: [site], surroundings) == .unguardedRegistry(site: "a.test"))
        settings.isPublic = true
        #expect(Examples.error(of: [Site(settings, lineage: "a.test")], surroundings) == nil)
    }

    @Test func `a site that says nothing of where requests go is refused`() throws {
        let certificate = try Examples.sites(app)[0].settings.certificate
        let site = Site(SiteSettings(certificate: certificate), lineage: "a.test")
        #expect(
            Examples.error(of: [site], Examples.surroundings())
                == .withoutDestination(site: "a.test")
        )
    }

    @Test func `a name that nobody would look up is refused`() throws {
        var surroundings = Examples.surroundings()
        surroundings.resolvers = []
        #expect(
            try Examples.error(app, surroundings) == .unresolvable(host: "b", site: "a.test")
        )
        #expect(try Examples.error("site a.test { to 10.0.0.1:1; }", surroundings) == nil)
    }

    @Test func `a location that raw has too is refused`() throws {
        for (site, path) in [
            ("to b:1; raw { location / { return 200; } }", "/"),
            ("to b:1; location /x { to c:1; } raw { location ^~ /x { return 200; } }", "/x"),
            ("kind redirect; to b.test; raw { location / { return 200; } }", "/"),
        ] {
            #expect(
                try Examples.error("site a.test { \(site) }")
                    == .repeatedLocation(path, site: "a.test")
            )
        }
        #expect(
            try Examples.error("site a.test { to b:1; raw { location = / { return 200; } } }")
                == nil
        )
    }

    @Test func `who asks by an address sees a certificate, the first site's that has one`() throws {
        let text = "site a.test { to b:1; } site 192.0.2.1 { to b:1; } site ::1 { to b:1; }"
        let rendering = try Examples.rendering(text)
        let texts = try Examples.texts(text)
        #expect(texts["certctl-01-default.conf"]?.contains("include /tls/192.0.2.1.conf;") == true)
        #expect(texts["certctl-0--1.conf"]?.contains("server_name   [::1];") == true)
        #expect(
            rendering.notes == [
                .showsCertificate(site: "192.0.2.1"), .addressOfMany(site: "0--1"),
            ]
        )
    }
}
