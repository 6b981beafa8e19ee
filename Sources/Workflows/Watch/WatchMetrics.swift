import CertificateStore
import FoundationEssentials
import Renewal

/// What was seen as numbers, in the text format that node_exporter reads.
///
/// Source: Prometheus, "Exposition formats", text format 0.0.4.
struct WatchMetrics {
    /// What is so of all lineages together.
    struct Host {
        /// When `renew` came to its end last; `nil` where it never has.
        var lastRenewal: Date?
        /// Whether it can go by certctl.conf.
        var areSettingsUsable = true
    }

    private(set) var text = ""

    /// Writes all families; those without samples are left out.
    init(_ lineages: [WatchedLineage], _ status: WatchStatus, _ host: Host) {
        add(
            "certificate_not_after_seconds",
            "When the stored certificate expires, in seconds since 1970.",
            lineages.compactMap { lineage in
                lineage.current.map {
                    ([("lineage", "\(lineage.name)")], Self.seconds($0.manifest.notAfter))
                }
            }
        )
        let served = status.observations.filter(\.isServed)
        add(
            "served_not_after_seconds",
            "When the certificate that is served expires, in seconds since 1970.",
            served.compactMap { seen in
                seen.notAfter.map { (Self.labels(of: seen), Self.seconds($0)) }
            }
        )
        add(
            "served_state",
            "1 for the state in which a name was found at an address.",
            served.map { (Self.labels(of: $0) + [("state", $0.state.rawValue)], 1) }
        )
        add(
            "renew_last_run_seconds",
            "When certctl renew came to its end last, in seconds since 1970.",
            host.lastRenewal.map { [([], Self.seconds($0))] } ?? []
        )
        add(
            "settings_usable",
            "0 while certctl.conf cannot be used, and nothing is renewed.",
            [([], host.areSettingsUsable ? 1 : 0)]
        )
        add(
            "renewal_failures",
            "How many times in a row the renewal has failed.",
            lineages.map { ([("lineage", "\($0.name)")], $0.failures?.tries ?? 0) }
        )
        add(
            "deploy_pending",
            "1 while the stored certificate has not been deployed.",
            lineages.map { ([("lineage", "\($0.name)")], $0.isDeployPending ? 1 : 0) }
        )
        add(
            "watch_findings",
            "How many findings certctl watch has made, by their level.",
            [Observation.Level.warning, .critical].map { level in
                let count = status.observations.count { $0.level == level }
                return ([("level", level.rawValue)], count)
            }
        )
        add(
            "watch_last_run_seconds",
            "When certctl watch ran last, in seconds since 1970.",
            [([], Self.seconds(status.time))]
        )
    }

    private typealias Label = (name: String, value: String)

    private static func labels(of seen: Observation) -> [Label] {
        [
            ("lineage", seen.lineage ?? ""), ("name", seen.name ?? ""),
            ("address", seen.address ?? ""),
        ]
    }

    private static func seconds(_ date: Date) -> Int { Int(date.timeIntervalSince1970) }

    /// Writes one family; all are gauges.
    private mutating func add(_ name: String, _ help: String, _ samples: [([Label], Int)]) {
        guard !samples.isEmpty else { return }
        text += "# HELP certctl_\(name) \(help)\n# TYPE certctl_\(name) gauge\n"
        for (labels, value) in samples {
            let pairs = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
            let list = pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
            text += "certctl_\(name)\(list) \(value)\n"
        }
    }

    /// A label's value, of which the format takes three characters for itself.
    static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n")
    }
}
