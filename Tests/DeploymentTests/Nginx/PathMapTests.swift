import TestSupport
import Testing

@testable import Deployment

/// Host path and container path, through mounts.
@Suite struct PathMapTests {
    private func map(_ mounts: (source: String?, target: String)...) -> PathMap {
        PathMap(
            mounts: mounts.map { .init(source: $0.source, target: $0.target, isWritable: false) }
        )
    }

    @Test func `on the host itself all paths are the same`() {
        #expect(PathMap.identity.nginxPath(of: "/etc/nginx/a") == "/etc/nginx/a")
        #expect(PathMap.identity.hostPath(of: "/etc/nginx/a") == "/etc/nginx/a")
        #expect(PathMap.identity.mountShown(at: "/") == nil)
    }

    @Test func `a path is taken through the mount of its directory, both ways`() {
        let map = map(("/srv/conf.d/", "/etc/nginx/conf.d"))
        #expect(map.nginxPath(of: "/srv/conf.d/x/a.conf") == "/etc/nginx/conf.d/x/a.conf")
        #expect(map.nginxPath(of: "/srv/conf.d") == "/etc/nginx/conf.d")
        #expect(map.hostPath(of: "/etc/nginx/conf.d/x/a.conf") == "/srv/conf.d/x/a.conf")
        #expect(map.hostPath(of: "/etc/nginx/conf.d/") == "/srv/conf.d")
    }

    @Test func `a name that only begins alike is another`() {
        let map = map(("/srv/conf", "/etc/nginx/conf"))
        #expect(map.nginxPath(of: "/srv/conf.d/a") == nil)
        #expect(map.hostPath(of: "/etc/nginx/conf.d/a") == nil)
    }

    @Test func `what no mount shows is the container's own`() {
        #expect(map().hostPath(of: "/etc/nginx/nginx.conf") == nil)
        #expect(map().nginxPath(of: "/etc/nginx/nginx.conf") == nil)
    }

    @Test func `the closest mount shows a path`() {
        let map = map(
            ("/srv", "/data"),
            ("/srv/own", "/data/own"),
            ("/other", "/data/own/deep")
        )
        #expect(map.nginxPath(of: "/srv/own/a") == "/data/own/a")
        #expect(map.hostPath(of: "/data/own/a") == "/srv/own/a")
        #expect(map.hostPath(of: "/data/own/deep/a") == "/other/a")
    }

    @Test func `what another mount hides is not seen`() {
        let map = map(("/srv", "/etc/nginx"), ("/other", "/etc/nginx/conf.d"))
        #expect(map.nginxPath(of: "/srv/conf.d/a.conf") == nil)
        #expect(map.nginxPath(of: "/srv/nginx.conf") == "/etc/nginx/nginx.conf")
    }

    @Test func `what is hidden at one place may be seen at another`() {
        let map = map(
            ("/srv", "/etc/nginx"),
            ("/other", "/etc/nginx/conf.d"),
            ("/srv/conf.d", "/seen")
        )
        #expect(map.nginxPath(of: "/srv/conf.d/a.conf") == "/seen/a.conf")
        let deep = self.map(("/srv/conf.d", "/a"), (nil, "/a"), ("/srv", "/b"))
        #expect(deep.nginxPath(of: "/srv/conf.d/x") == "/b/conf.d/x")
    }

    @Test func `a tmpfs hides, and has no path on the host`() {
        let map = map(("/srv", "/etc/nginx"), (nil, "/etc/nginx/conf.d"))
        #expect(map.nginxPath(of: "/srv/conf.d/a.conf") == nil)
        #expect(map.hostPath(of: "/etc/nginx/conf.d/a.conf") == nil)
    }

    @Test func `a file that is mounted alone has its path on either side`() {
        let map = map(("/srv/nginx.conf", "/etc/nginx/nginx.conf"), ("/srv/d", "/d"))
        #expect(map.nginxPath(of: "/srv/nginx.conf") == "/etc/nginx/nginx.conf")
        #expect(map.hostPath(of: "/etc/nginx/nginx.conf") == "/srv/nginx.conf")
    }

    @Test func `the root of either side can be mounted`() {
        #expect(map(("/", "/host")).nginxPath(of: "/etc/a") == "/host/etc/a")
        #expect(map(("/", "/host")).hostPath(of: "/host") == "/")
        #expect(map(("/srv", "/")).hostPath(of: "/etc/a") == "/srv/etc/a")
    }

    @Test(
        arguments: [
            ("//etc///nginx/", "/etc/nginx"), ("/a/./b/../c", "/a/c"), ("/../..", "/"), ("", "/"),
        ]
    )
    func `a path has one form`(path: String, normal: String) {
        #expect(PathMap.normalized(path) == normal)
    }

    @Test func `what nginx finds by the path that was told is the file that was meant`() {
        for seed in 0..<3000 {
            var random = RandomMounts(seed: UInt64(seed))
            let map = PathMap(mounts: random.mounts())
            let path = random.path()
            if let seen = map.nginxPath(of: path) {
                #expect(map.hostPath(of: seen) == path, "seed \(seed)")
            }
            if let file = map.hostPath(of: path) {
                // It may be seen at several places, of which one is told.
                let seen = map.nginxPath(of: file)
                #expect(seen != nil && map.hostPath(of: seen ?? "") == file, "seed \(seed)")
            }
        }
    }
}

/// Mounts and paths of few names, so that they meet.
private struct RandomMounts {
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    mutating func path() -> String {
        let depth = Int.random(in: 1...4, using: &generator)
        return "/"
            + (0..<depth).map { _ in generator.pick(["a", "ab", "b"]) }.joined(separator: "/")
    }

    mutating func mounts() -> [PathMap.Mount] {
        (0..<Int.random(in: 0...5, using: &generator)).map { _ in
            PathMap.Mount(
                source: generator.oneIn(6) ? nil : path(),
                target: path(),
                isWritable: generator.oneIn(2)
            )
        }
    }
}
