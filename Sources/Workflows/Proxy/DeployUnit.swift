import CertificateStore
import Diagnostics
import FoundationEssentials
import Platform

/// The systemd unit that deploys after renewals: it may write where nginx's configuration is only if a
/// drop-in says so.
struct DeployUnit: Sendable {
    private static let units = "/run/systemd/system"
    private static let dropIns = "/etc/systemd/system/certctl-deploy.service.d"
    private static let dropIn = "\(dropIns)/configuration.conf"
    private static let manager = "/usr/bin/systemctl"
    private static let timeLimit: Duration = .seconds(30)

    private let services: Services

    init(_ services: Services) {
        self.services = services
    }

    /// Lets the unit write to `directory`, where certctl is installed and systemd runs.
    ///
    /// That it cannot be said is told and otherwise borne: what was asked for is done, and the unit's
    /// own failure would name the directory.
    func permit(_ directory: String) async {
        let files = services.fileSystem
        // Each line of a unit is an instruction, and the name may be the choice of whoever owns what is above.
        guard !directory.unicodeScalars.contains(where: \.isControl) else {
            return warn(of: directory, "its name has control characters")
        }
        do {
            guard services.layout == .system, services.user == 0,
                try files.status(Self.units)?.kind == .directory,
                try current() != Self.text(directory)
            else { return }
            if try files.status(Self.dropIns) == nil {
                try files.makeDirectory(Self.dropIns, .publicDirectory)
            }
            try files.replaceFile(
                Self.dropIn,
                Self.text(directory),
                .publicFile,
                temporary: "\(Self.dropIn)~new"
            )
            try await reload()
            services.log.notice("certctl-deploy.service may write there", ["path": directory])
        } catch {
            warn(of: directory, Services.reason(of: error))
        }
    }

    private func warn(of directory: String, _ reason: String) {
        services.log.warning(
            "certctl-deploy.service cannot be told of nginx's configuration",
            ["path": directory, "reason": reason]
        )
    }

    private func current() throws -> [UInt8]? {
        guard try services.fileSystem.status(Self.dropIn)?.kind == .file else { return nil }
        return try services.fileSystem.readFile(Self.dropIn, limit: 64 * 1024)
    }

    private func reload() async throws {
        _ = try await services.processes.run(
            ChildCommand(
                executable: Self.manager,
                arguments: ["daemon-reload"],
                environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"],
                workingDirectory: "/",
                timeLimit: Self.timeLimit,
                outputLimit: 64 * 1024
            )
        )
    }

    /// A directory that is gone some day is no reason for the unit not to start.
    private static func text(_ directory: String) -> [UInt8] {
        let escaped = directory.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("%", with: "%%")
        return Array(
            """
            # Written by `certctl apply`, as certctl.conf has it in proxy { configuration DIR; }.
            [Service]
            ReadWritePaths="-\(escaped)"

            """.utf8
        )
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { properties.generalCategory == .control }
}
