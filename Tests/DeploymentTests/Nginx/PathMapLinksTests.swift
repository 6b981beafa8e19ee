import Testing

@testable import Deployment

/// Links are followed as whoever sees the mounts follows them.
@Suite struct PathMapLinksTests {
    private let map = PathMap(mounts: [
        .init(source: "/srv/nginx", target: "/etc/nginx", isWritable: false),
        .init(source: "/store/tls", target: "/tls", isWritable: false),
    ])

    private func follow(_ path: String, _ links: [String: String]) -> PathMap.Finding {
        map.follow(path) { links[$0] }
    }

    @Test func `without links it is the mount alone`() {
        #expect(follow("/etc/nginx/a.conf", [:]) == .hostFile("/srv/nginx/a.conf"))
        #expect(follow("/etc/nginx/../nginx/./a", [:]) == .hostFile("/srv/nginx/a"))
        #expect(follow("/usr/share/a", [:]) == .inContainer("/usr/share/a"))
    }

    @Test func `a relative link within a mount stays in it`() {
        let links = ["/srv/nginx/enabled/a": "../available/a"]
        #expect(follow("/etc/nginx/enabled/a", links) == .hostFile("/srv/nginx/available/a"))
    }

    @Test func `a link to a directory is followed in the middle of a path`() {
        let links = ["/store/tls/live/x": "../gen/x/2"]
        #expect(follow("/tls/live/x/key.pem", links) == .hostFile("/store/tls/gen/x/2/key.pem"))
    }

    @Test func `an absolute link begins at the container's root`() {
        let links = ["/srv/nginx/a": "/etc/nginx/b", "/srv/nginx/c": "/srv/nginx/b"]
        #expect(follow("/etc/nginx/a", links) == .hostFile("/srv/nginx/b"))
        #expect(follow("/etc/nginx/c", links) == .inContainer("/srv/nginx/b"))
    }

    @Test func `a link that climbs out of the mount leads into the image`() {
        let links = ["/srv/nginx/live": "../../letsencrypt/live"]
        #expect(follow("/etc/nginx/live/a", links) == .inContainer("/letsencrypt/live/a"))
        let other = ["/srv/nginx/live": "../../tls/live"]
        #expect(follow("/etc/nginx/live/a", other) == .hostFile("/store/tls/live/a"))
    }

    @Test func `links that lead round have an end`() {
        let links = ["/srv/nginx/a": "b", "/srv/nginx/b": "a"]
        #expect(follow("/etc/nginx/a", links) == .loop)
    }

    @Test func `the name of a mount's source is no link to the container`() {
        let links = ["/srv/nginx": "/elsewhere"]
        #expect(follow("/etc/nginx/a", links) == .hostFile("/srv/nginx/a"))
    }
}
