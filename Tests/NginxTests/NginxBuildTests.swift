import Nginx
import Testing

/// What `nginx -V` says is taken for what it is, and for no more.
@Suite struct NginxBuildTests {
    private static let debian = """
        nginx version: nginx/1.22.1
        built with OpenSSL 3.0.22 25 Aug 2026 (running with OpenSSL 3.0.19 27 Jan 2026)
        TLS SNI support enabled
        configure arguments: --with-cc-opt='-g -O2 --with-http_fake_module' --prefix=/usr/share/nginx \
        --with-http_ssl_module --with-http_v2_module --with-http_auth_request_module \
        --with-http_perl_module=dynamic --with-http_realip_module
        """

    @Test func `a build of Debian is read`() throws {
        let build = try #require(NginxBuild(versionText: Self.debian))
        #expect(build.product == .nginx)
        #expect(build.version == DottedVersion([1, 22, 1]))
        #expect(build.base == DottedVersion([1, 22, 1]))
        for module in ["ssl", "v2", "auth_request", "realip"] {
            #expect(build.has("http_\(module)_module"))
        }
    }

    @Test func `the library that it runs with counts, not the one that it was built with`() throws {
        let build = try #require(NginxBuild(versionText: Self.debian))
        #expect(build.library == .openSSL(DottedVersion([3, 0, 19])))
    }

    @Test func `a module to be loaded is not there, nor is one that only a compiler was told of`()
        throws
    {
        let build = try #require(NginxBuild(versionText: Self.debian))
        #expect(!build.has("http_perl_module"))
        #expect(!build.has("http_fake_module"))
    }

    @Test(
        arguments: [
            ("nginx version: openresty/1.25.3.1", NginxBuild.Product.openResty, [1, 25, 3]),
            ("nginx version: nginx/1.25.3 (nginx-plus-r31)", .nginx, [1, 25, 3]),
            ("nginx version: nginx/1.31.5", .nginx, [1, 31, 5]),
            ("nginx version: nginx/1.9.15 (Ubuntu)", .nginx, [1, 9, 15]),
            ("Angie version: Angie/1.11.8", .angie, [1, 25, 1]),
            ("Angie version: Angie/1.0.0", .angie, [1, 23, 1]),
            ("freenginx version: freenginx/1.29.0", .freenginx, [1, 25, 3]),
            ("Tengine version: Tengine/3.1.0\nnginx version: nginx/1.24.0", .tengine, [1, 24]),
            ("Tengine version: Tengine/3.1.0", .tengine, []),
            ("nginx version: mine/9.9", .other("mine"), []),
        ]
    )
    func `no more is claimed than a product has for sure`(
        text: String,
        product: NginxBuild.Product,
        base: [Int]
    ) throws {
        let build = try #require(NginxBuild(versionText: text))
        #expect(build.product == product)
        #expect(build.base == DottedVersion(base))
        #expect(build.library == nil)
        #expect(build.options.isEmpty)
    }

    @Test(
        arguments: [
            "built with OpenSSL 1.1.1 (compatible; BoringSSL) (running with BoringSSL)",
            "built with OpenSSL 1.1.1 (compatible; AWS-LC 1.40.0)", "built with LibreSSL 3.8.2",
            "built with OpenSSL", "built with ",
        ]
    )
    func `what is not OpenSSL is not taken for it`(line: String) throws {
        let build = try #require(NginxBuild(versionText: "nginx version: nginx/1.27.3\n\(line)"))
        switch build.library {
        case .other: break
        case let library: Issue.record("\(String(describing: library))")
        }
    }

    @Test(arguments: ["", "nginx", "sh: nginx: not found", "nginx version: nginx/x", " version: /"])
    func `what names no version is no build`(text: String) {
        #expect(NginxBuild(versionText: text) == nil)
    }

    @Test func `versions are compared as numbers`() throws {
        let build = try #require(NginxBuild(versionText: "nginx version: nginx/1.9.15"))
        #expect(build.isAtLeast(1, 9))
        #expect(!build.isAtLeast(1, 19, 4))
        #expect(DottedVersion([1, 10]) > DottedVersion([1, 9, 9]))
        #expect(DottedVersion([1, 2]) == DottedVersion([1, 2, 0]))
        #expect(DottedVersion("1.1.1w") == DottedVersion([1, 1, 1]))
        #expect(DottedVersion("3.5.0-beta1")?.description == "3.5.0")
        #expect(DottedVersion("99999999999999999999") == nil)
    }
}
