/// The control groups of a process, which name the unit or the container that it belongs to.
///
/// Source: cgroups(7), `/proc/PID/cgroup`; the paths are those of systemd and of the engines.
struct ControlGroup {
    /// Who has to be asked to stop a process of these groups.
    let supervisor: Supervisor

    /// Reads the text of `/proc/PID/cgroup`: one line a hierarchy, `id:controllers:path`.
    init(_ text: String) {
        let paths = text.split(separator: "\n").map { line in
            line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
        }
        let groups = paths.map { $0.split(separator: "/") }
        // A container may run a systemd of its own, whose units are none of ours.
        supervisor =
            groups.lazy.compactMap(Self.container).first
            ?? groups.lazy.compactMap(Self.unit).first
            ?? .unknown
    }

    /// Finds a container in a path such as `/docker/<id>`, `/system.slice/docker-<id>.scope` or
    /// `/machine.slice/libpod-<id>.scope/container`.
    private static func container(in path: [Substring]) -> Supervisor? {
        for (index, group) in path.enumerated() {
            if let id = identifier(group), index > 0, path[index - 1] == "docker" {
                return .container(.docker, id: id)
            }
            guard group.hasSuffix(".scope"), let dash = group.lastIndex(of: "-"),
                let id = identifier(group[dash...].dropFirst().dropLast(".scope".count))
            else { continue }
            switch group[..<dash] {
            case "docker": return .container(.docker, id: id)
            case "libpod", "libpod-conmon": return .container(.podman, id: id)
            default: continue
            }
        }
        return nil
    }

    /// Finds a unit of the system in a path such as `/system.slice/nginx.service`.
    private static func unit(in path: [Substring]) -> Supervisor? {
        // Units below user.slice belong to some user's own systemd.
        guard path.first != "user.slice",
            let group = path.first(where: { !$0.hasSuffix(".slice") }),
            group.hasSuffix(".service"), group.utf8.allSatisfy(isPlain), group.first != "-"
        else { return nil }
        return .unit(String(group))
    }

    private static func identifier(_ text: Substring) -> String? {
        let isHexadecimal = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
        return isHexadecimal && text.utf8.count == 64 ? String(text) : nil
    }

    /// Whether `byte` means nothing but itself to a shell.
    ///
    /// Whoever may name a unit must not get to name a command that somebody pastes as root.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "@"):
            true
        default:
            false
        }
    }
}
