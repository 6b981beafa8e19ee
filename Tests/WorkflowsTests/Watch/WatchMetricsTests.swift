import CertificateStore
import FoundationEssentials
import Platform
import TestSupport
import Testing

@testable import Workflows

/// Prometheus, "Exposition formats": what node_exporter reads, by a parser that forgives nothing.
@Suite struct WatchMetricsTests {
    private static let file = "\(WatchFixture.home)/lib/watch/certctl.prom"

    private func metrics(_ fixture: WatchFixture) throws -> ExpositionFormat {
        let bytes = try fixture.host.disk.readFile(Self.file, limit: 1_000_000)
        return try ExpositionFormat(String(decoding: bytes, as: UTF8.self))
    }

    @Test func `the metrics tell of one certificate what there is to tell`() async throws {
        let fixture = try await WatchFixture()
        _ = try await fixture.watch()
        let end = Int(try fixture.stored().manifest.notAfter.timeIntervalSince1970)
        let now = Int(fixture.now.timeIntervalSince1970)
        let place = #"lineage="example.com",name="example.com",address="192.0.2.1:443""#
        #expect(
            try metrics(fixture).samples == [
                #"certctl_certificate_not_after_seconds{lineage="example.com"}"#: end,
                "certctl_served_not_after_seconds{\(place)}": end,
                #"certctl_served_state{\#(place),state="current"}"#: 1,
                "certctl_renew_last_run_seconds": now,
                "certctl_settings_usable": 1,
                #"certctl_renewal_failures{lineage="example.com"}"#: 0,
                #"certctl_deploy_pending{lineage="example.com"}"#: 0,
                #"certctl_watch_findings{level="warning"}"#: 0,
                #"certctl_watch_findings{level="critical"}"#: 0,
                "certctl_watch_last_run_seconds": now,
            ]
        )
    }

    @Test func `what is not known has no sample`() async throws {
        let fixture = try await WatchFixture()
        try fixture.host.disk.removeFile("\(WatchFixture.home)/lib/renewal/clock.json")
        fixture.servers.fail(.refused)
        _ = try await fixture.watch()
        let names = try metrics(fixture).samples.keys.map { $0.split(separator: "{")[0] }
        #expect(!names.contains("certctl_renew_last_run_seconds"))
        #expect(!names.contains("certctl_served_not_after_seconds"))
        #expect(names.contains("certctl_served_state"))
    }

    @Test func `a certctl.conf that cannot be used is counted, and shows by itself`() async throws {
        let fixture = try await WatchFixture()
        let path = "\(WatchFixture.home)/etc/certctl.conf"
        fixture.host.disk.put(path, Array("nonsense;".utf8))
        _ = try await fixture.watch()
        let samples = try metrics(fixture).samples
        #expect(samples["certctl_settings_usable"] == 0)
        #expect(samples[#"certctl_watch_findings{level="critical"}"#] == 1)
    }

    @Test func `many lineages make one family each`() async throws {
        let fixture = try await WatchFixture()
        for index in 0..<5 { try await fixture.host.issue(["n\(index).example"]) }
        _ = try await fixture.watch()
        let pending = try metrics(fixture).samples.keys.filter {
            $0.hasPrefix("certctl_deploy_pending{")
        }
        #expect(pending.count == 6)
    }

    @Test func `what the format takes for itself is escaped in a label`() throws {
        #expect(WatchMetrics.escaped("a\\b\"c\nd") == #"a\\b\"c\nd"#)
        let line = #"x{l="\#(WatchMetrics.escaped("a\\b\"c\nd"))"} 1"#
        let format = try ExpositionFormat("# HELP x y\n# TYPE x gauge\n\(line)\n")
        #expect(format.samples.count == 1)
    }

    @Test(
        arguments: [
            "x 1\n", "# HELP x y\n# TYPE x gauge\nx 1", "# TYPE x gauge\n# TYPE x gauge\nx 1\n",
            "# HELP x y\n# TYPE x gauge\nx 1\nx 1\n", "# HELP x y\n# TYPE x gauge\nx{a=\"b} 1\n",
            "# HELP x y\n# TYPE x gauge\nx{a=\"\\q\"} 1\n", "# HELP x y\n# TYPE x gauge\nx one\n",
            "# HELP x y\n# TYPE x gauge\nx{a=\"1\",a=\"2\"} 1\n",
            "# HELP x y\n# TYPE x gauge\n# HELP z y\n# TYPE z gauge\nz 1\nx 1\n",
        ]
    )
    func `the parser of these tests refuses what Prometheus does`(text: String) {
        #expect(throws: ExpositionFormat.Fault.self) { try ExpositionFormat(text) }
    }
}

/// A strict reader of the text format 0.0.4, for gauges of whole numbers.
private struct ExpositionFormat {
    struct Fault: Error {
        let line: String
    }

    /// The values by the metric's name and labels, as they are written.
    private(set) var samples: [String: Int] = [:]
    private var families: [String] = []
    private var helped: Set<String> = []

    init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Fault(line: "no end") }
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            try take(String(line))
        }
    }

    private mutating func take(_ line: String) throws {
        let words = line.split(separator: " ", maxSplits: 3).map(String.init)
        if line.hasPrefix("# HELP ") {
            guard words.count == 4, helped.insert(words[2]).inserted else {
                throw Fault(line: line)
            }
        } else if line.hasPrefix("# TYPE ") {
            guard words.count == 4, words[3] == "gauge", helped.contains(words[2]),
                !families.contains(words[2])
            else { throw Fault(line: line) }
            families.append(words[2])
        } else {
            try takeSample(line)
        }
    }

    private mutating func takeSample(_ line: String) throws {
        var rest = Substring(line)
        let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        // The samples of a family stand together, below its type.
        guard !name.isEmpty, families.last == String(name) else { throw Fault(line: line) }
        rest = rest.dropFirst(name.count)
        if rest.first == "{" { try skipLabels(&rest, line) }
        guard rest.first == " ", let value = Int(rest.dropFirst()) else { throw Fault(line: line) }
        let key = String(line.dropLast(rest.count))
        guard samples.updateValue(value, forKey: key) == nil else { throw Fault(line: line) }
    }

    private func skipLabels(_ rest: inout Substring, _ line: String) throws {
        var names: Set<Substring> = []
        repeat {
            rest = rest.dropFirst()
            let name = rest.prefix { $0.isASCII && ($0.isLetter || $0 == "_") }
            rest = rest.dropFirst(name.count)
            guard !name.isEmpty, names.insert(name).inserted, rest.hasPrefix("=\"") else {
                throw Fault(line: line)
            }
            rest = rest.dropFirst(2)
            while let character = rest.popFirst(), character != "\"" {
                guard character == "\\" else { continue }
                guard let next = rest.popFirst(), "\\\"n".contains(next) else {
                    throw Fault(line: line)
                }
            }
        } while rest.first == ","
        guard rest.popFirst() == "}" else { throw Fault(line: line) }
    }
}
