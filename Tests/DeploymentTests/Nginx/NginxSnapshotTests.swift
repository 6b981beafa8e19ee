import Testing

@testable import Deployment

/// Which nginx runs, and by which options.
@Suite struct NginxSnapshotTests {
    private let first = NginxSnapshot(
        container: "a",
        started: "t",
        restartCount: 0,
        master: 7,
        workers: [8, 9]
    )

    @Test func `a reload is seen by workers that are all new`() {
        var later = first
        later.workers = [10, 11]
        #expect(later.hasNewWorkers(since: first))
        #expect(later.isSameRun(as: first))
        later.workers = [9, 10]
        #expect(!later.hasNewWorkers(since: first))
        later.workers = []
        #expect(!later.hasNewWorkers(since: first))
    }

    @Test func `a restart in between is seen`() {
        var later = first
        later.restartCount = 1
        #expect(!later.isSameRun(as: first))
        later = first
        later.started = "u"
        #expect(!later.isSameRun(as: first))
        later = first
        later.container = "b"
        #expect(!later.isSameRun(as: first))
        later = first
        later.master = 70
        #expect(!later.isSameRun(as: first))
    }

    @Test(
        arguments: [
            ("nginx: master process nginx", [String]()),
            ("nginx: master process /usr/sbin/nginx -g daemon off;", ["-g", "daemon off;"]),
            (
                "nginx: master process nginx -g daemon off; pid /run/x.pid; -c /own/own.conf",
                ["-g", "daemon off; pid /run/x.pid;", "-c", "/own/own.conf"]
            ),
            (
                "nginx: master process nginx -p /srv -c conf/n.conf -e stderr -q",
                ["-p", "/srv", "-c", "conf/n.conf", "-e", "stderr"]
            ),
            ("nginx: master process nginx -c", []), ("nginx: worker process", []),
            ("sh -c nginx -c /evil", []), ("nginx: master process", []),
            ("nginx: master process nginx -g", ["-g", ""]),
        ]
    )
    func `the options of a master are read from its title`(title: String, options: [String]) {
        #expect(NginxTitle.options(of: title) == options)
    }

    @Test func `name servers are read as nginx takes them`() {
        let text = """
            # nameserver 9.9.9.9
            nameserver 127.0.0.11
            search example.com
            nameserver\t2001:db8::1
            nameserver fe80::1%eth0
            nameserver 127.0.0.11
            nameserver evil;daemon
            options ndots:0
            """
        #expect(NameServers.all(in: text) == ["127.0.0.11", "[2001:db8::1]"])
        #expect(NameServers.all(in: "").isEmpty)
    }
}
