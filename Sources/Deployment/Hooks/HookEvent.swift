/// What a hook is told.
///
/// `hooks/README.md` is the contract for whoever writes one.
package struct HookEvent: Equatable, Sendable {
    /// What has happened, or is about to.
    package enum Kind: String, Sendable {
        /// A run is about to bring certificates into use.
        case pre
        /// One certificate has been put before its readers.
        case deploy
        /// A run has ended.
        case post
        /// Something that is served needs a person, or no longer does.
        case alert
    }

    /// How urgent an alert is.
    package enum Severity: String, Sendable {
        /// What needed a person before is all right again.
        case info
        case warning
        case critical
    }

    /// In bytes; Linux starts nothing that has a longer variable than 128 KiB.
    private static let longestList = 100_000

    package let kind: Kind
    /// The lineage that it is about, if it is about one.
    package let lineage: String?
    /// What differs between the kinds, by the variable's name.
    private let variables: [String: String]

    private init(_ kind: Kind, lineage: String? = nil, _ variables: [String: String]) {
        self.kind = kind
        self.lineage = lineage
        self.variables = variables
    }

    /// A run is about to bring these lineages into use.
    package static func pre(_ lineages: [String]) -> HookEvent {
        HookEvent(.pre, ["CERTCTL_LINEAGES": joined(lineages)])
    }

    /// A certificate has been put before its readers.
    package static func deploy(_ certificate: DeployedCertificate) -> HookEvent {
        HookEvent(.deploy, lineage: certificate.lineage, certificate.variables)
    }

    /// A run has brought some lineages into use, and has failed to with others.
    package static func post(deployed: [String], failed: [String]) -> HookEvent {
        let variables = [
            "CERTCTL_LINEAGES": joined((deployed + failed).sorted()),
            "CERTCTL_DEPLOYED": joined(deployed),
            "CERTCTL_FAILED": joined(failed),
        ]
        return HookEvent(.post, variables)
    }

    /// Something needs a person, or no longer does: `message` in one line, about one lineage or about all.
    package static func alert(
        _ severity: Severity,
        lineage: String?,
        message: String
    ) -> HookEvent {
        let variables = ["CERTCTL_LEVEL": severity.rawValue, "CERTCTL_MESSAGE": message]
        return HookEvent(.alert, lineage: lineage, variables)
    }

    /// The arguments after the hook's own path.
    var arguments: [String] { [kind.rawValue] + (lineage.map { [$0] } ?? []) }

    /// The whole environment.
    var environment: [String: String] {
        var environment = [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C",
            "CERTCTL_EVENT": kind.rawValue,
        ]
        environment["CERTCTL_LINEAGE"] = lineage
        return environment.merging(variables) { own, _ in own }
    }

    /// As many names as the system lets one variable hold.
    private static func joined(_ names: [String]) -> String {
        var room = longestList
        let fitting = names.prefix { name in
            room -= name.utf8.count + 1
            return room >= 0
        }
        return fitting.joined(separator: " ")
    }
}
