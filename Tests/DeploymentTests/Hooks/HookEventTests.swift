import FoundationEssentials
import Testing

@testable import Deployment

extension HookEvent {
    /// The event of a certificate for two names.
    static let deploy = HookEvent.deploy(
        DeployedCertificate(
            lineage: "example.com",
            names: ["example.com", "www.example.com"],
            privateKey: "/tls/gen/example.com/000001/privkey.pem",
            certificate: "/tls/gen/example.com/000001/cert.pem",
            chain: "/tls/gen/example.com/000001/chain.pem",
            fullChain: "/tls/gen/example.com/000001/fullchain.pem",
            include: "/tls/nginx/example.com.conf",
            live: "/tls/live/example.com"
        )
    )
}

/// The contract of `hooks/README.md`.
@Suite struct HookEventTests {
    /// The first column of the table of variables in `hooks/README.md`.
    private static func variables() throws -> [String] {
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let text = try String(contentsOfFile: "/\(root)/hooks/README.md", encoding: .utf8)
        let rows = text.split(separator: "\n").drop { $0 != "| variable | value |" }
            .dropFirst(2).prefix { $0.hasPrefix("|") }
        return rows.flatMap { row in
            row.split(separator: "|")[0].split(separator: " ").map { $0.filter { $0 != "`" } }
        }
    }

    @Test func `a hook gets the variables that the manual names, and no others`() throws {
        let variables = try Self.variables()
        #expect(variables.count == 12)
        #expect(HookEvent.deploy.environment.keys.sorted() == variables.sorted())
    }

    @Test func `the variables tell of one generation`() {
        let names = "example.com www.example.com"
        #expect(
            HookEvent.deploy.environment == [
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "LC_ALL": "C",
                "CERTCTL_EVENT": "deploy",
                "CERTCTL_LINEAGE": "example.com",
                "CERTCTL_NAMES": names,
                "CERTCTL_PRIVKEY": "/tls/gen/example.com/000001/privkey.pem",
                "CERTCTL_CERT": "/tls/gen/example.com/000001/cert.pem",
                "CERTCTL_CHAIN": "/tls/gen/example.com/000001/chain.pem",
                "CERTCTL_FULLCHAIN": "/tls/gen/example.com/000001/fullchain.pem",
                "CERTCTL_NGINX_INCLUDE": "/tls/nginx/example.com.conf",
                "RENEWED_LINEAGE": "/tls/live/example.com",
                "RENEWED_DOMAINS": names,
            ]
        )
    }

    @Test func `a hook is told the event and the lineage as arguments`() {
        #expect(HookEvent.deploy.arguments == ["deploy", "example.com"])
        #expect(HookEvent.pre(["a.test"]).arguments == ["pre"])
        #expect(HookEvent.post(deployed: ["a.test"], failed: []).arguments == ["post"])
        let alert = HookEvent.alert(.warning, lineage: "a.test", message: "")
        #expect(alert.arguments == ["alert", "a.test"])
        #expect(HookEvent.alert(.critical, lineage: nil, message: "").arguments == ["alert"])
    }

    /// What an event has in its environment beside what all have.
    private func own(_ event: HookEvent) -> [String: String] {
        event.environment.filter { !["PATH", "LC_ALL"].contains($0.key) }
    }

    @Test func `before a run a hook is told which lineages it is about`() {
        #expect(
            own(.pre(["a.test", "b.test"])) == [
                "CERTCTL_EVENT": "pre", "CERTCTL_LINEAGES": "a.test b.test",
            ]
        )
    }

    @Test func `after a run a hook is told what became of each lineage`() {
        #expect(
            own(.post(deployed: ["a.test", "c.test"], failed: ["b.test"])) == [
                "CERTCTL_EVENT": "post", "CERTCTL_LINEAGES": "a.test b.test c.test",
                "CERTCTL_DEPLOYED": "a.test c.test", "CERTCTL_FAILED": "b.test",
            ]
        )
        #expect(own(.post(deployed: [], failed: []))["CERTCTL_FAILED"] == "")
    }

    @Test func `of more lineages than a variable holds, as many as fit are told`() {
        // Each takes a hundred bytes with its space.
        let name = String(repeating: "a", count: 99)
        let told = own(.pre(Array(repeating: name, count: 1200)))["CERTCTL_LINEAGES"] ?? ""
        let fitting = Array(repeating: name, count: 1000).joined(separator: " ")
        #expect(told.utf8.count == fitting.utf8.count)
        #expect(told.hasSuffix(name))
    }

    @Test func `an alert says how urgent it is, in words, and what it is about`() {
        #expect(
            own(.alert(.critical, lineage: "a.test", message: "it has expired")) == [
                "CERTCTL_EVENT": "alert", "CERTCTL_LINEAGE": "a.test",
                "CERTCTL_LEVEL": "critical", "CERTCTL_MESSAGE": "it has expired",
            ]
        )
    }
}
