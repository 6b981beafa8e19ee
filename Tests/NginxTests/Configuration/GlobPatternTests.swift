import Nginx
import Testing

/// glob(3) as `include` uses it.
@Suite struct GlobPatternTests {
    @Test(
        arguments: [
            ("/a/*.conf", "/a/x.conf", true), ("/a/*.conf", "/a/b/x.conf", false),
            ("/a/*", "/a/.x", false), ("/a/.*", "/a/.x", true), ("/a/?x", "/a/.x", false),
            ("/*/x", "/a/x", true), ("/a/[a-c]?", "/a/bz", true), ("/a/[!a-c]", "/a/b", false),
            ("/a/[^a-c]", "/a/d", true), ("/a/[]x]", "/a/]", true), ("/a/[x", "/a/[x", true),
            ("/a/\\*", "/a/*", true), ("/a/\\*", "/a/b", false), ("/a/*a*b*c", "/a/xaxbxc", true),
            ("/a/*a*b*c", "/a/xaxbx", false), ("/a/{x,y}*", "/a/x", false), ("/a/*", "/a/", true),
            ("/a/**", "/a/x", true), ("/a/[a-]", "/a/-", true),
        ]
    )
    func `a path is matched as glob does`(pattern: String, path: String, matches: Bool) {
        #expect(GlobPattern(pattern).matches(path) == matches)
    }

    @Test func `many stars take no exponential time`() {
        let pattern = "/" + String(repeating: "*a", count: 40) + "*b"
        #expect(!GlobPattern(pattern).matches("/" + String(repeating: "a", count: 4000)))
    }
}
