import ACME
import CertificateStore
import FoundationEssentials
import PKI
import Platform
import TestSupport

@testable import Workflows

/// A machine whose nginx has servers that a person wrote.
struct InPlaceHost {
    static let site = "/etc/nginx/sites-available/site"
    static let text = """
        # Mine.
        server {
        \tlisten 80;
        \tserver_name example.com www.example.com;

        \tlocation / { return 200 hello; }
        }

        """

    let host: TestHost
    let nginx: MemoryNginx

    init(_ text: String = Self.text) throws {
        host = try TestHost()
        nginx = MemoryNginx(host.disk)
        put(
            "/etc/nginx/nginx.conf",
            """
            events {}
            http {
                include /etc/nginx/conf.d/*.conf;
                include /etc/nginx/sites-enabled/*;
            }

            """
        )
        host.disk.put(directory: "/etc/nginx/conf.d")
        put(Self.site, text)
        host.disk.put(link: "/etc/nginx/sites-enabled/site", to: "../sites-available/site")
        put("/old/cert.pem", "old")
        put("/old/key.pem", "old")
    }

    func put(_ path: String, _ text: String) {
        host.disk.put(path, Array(text.utf8), mode: .publicFile)
    }

    var services: Services {
        var services = host.services
        services.proxy = nginx.access
        return services
    }

    /// All that nginx reads, and what is kept to take edits back.
    var bytes: [String: [UInt8]] {
        host.disk.contents(below: "/etc/nginx")
            .merging(host.disk.contents(below: services.layout.edits)) { one, _ in one }
    }

    var siteText: String? {
        host.disk.bytes(of: Self.site).map { String(decoding: $0, as: UTF8.self) }
    }

    func target() throws -> EditInPlace.Target {
        guard let name = LineageName("example.com") else { preconditionFailure("a plain name") }
        let names = try ["example.com", "www.example.com"].map { try Identifier($0) }
        return .init(name: name, names: names)
    }

    @discardableResult
    func edit(redirects: Bool = false) async throws -> EditInPlace.Changes {
        try await EditInPlace(services, redirects: redirects).run(target())
    }

    @discardableResult
    func undo(_ name: String = "example.com") async throws -> UndoEdits.Changes {
        try await UndoEdits(services).run(name)
    }

    /// Issues in the way of `certctl issue --in-place`.
    func issueInPlace(
        _ names: [String] = ["example.com", "www.example.com"],
        isForced: Bool = false
    ) async throws {
        let edits = try EditInPlace(services, redirects: false)
        let request = try host.request(names) { $0.isForced = isForced }
        let workflow = try IssueCertificates([request], services: services)
        try await workflow.prepare(edits)
        for ending in await workflow.finish(await workflow.run(), edits) {
            _ = try ending.result.get()
        }
    }

    /// Whether what is stored is what nginx presents.
    func isServed() async throws -> Bool {
        let store = services.store
        guard let stored = try store.published(of: target().name) else { return false }
        let leaf = try store.certificate(of: stored).der
        guard let address = nginx.addresses(ofPort: 443).first else { return false }
        let chain = try await nginx.presentedChain(for: "example.com", at: address)
        return try chain.first.flatMap { try PEM.blocks(in: $0).first?.content } == leaf
    }
}
