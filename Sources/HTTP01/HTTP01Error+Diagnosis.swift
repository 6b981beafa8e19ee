package import Diagnostics
import Platform

extension HTTP01Error: Diagnosable {
    package var diagnosis: Diagnosis {
        switch self {
        case .portTaken(let port, let holders):
            Diagnosis(
                what: "could not listen on port \(port) for HTTP-01 challenges",
                why: holders.isEmpty
                    ? "another process listens on it"
                    : holders.map(\.sentence).joined(separator: "; "),
                fix: Self.fix(port: port, holders: holders),
                exitCode: .configuration
            )
        case .notPermitted(let port):
            Diagnosis(
                what: "could not listen on port \(port) for HTTP-01 challenges",
                why: "this user may not bind port \(port)",
                fix: "run certctl with sudo and without --home, or \(Self.detour)",
                exitCode: .configuration
            )
        case .addressNotAvailable(let address):
            Diagnosis(
                what: "could not listen on \(address.harmless(limit: 100)) for HTTP-01 challenges",
                why: "this host does not have that address",
                fix: "choose one that `ip -brief address` shows, or leave out --http01-address",
                exitCode: .configuration
            )
        case .responder(let error):
            Diagnosis(
                what: "could not start to answer HTTP-01 challenges",
                why: "\(error)",
                fix: "look at the limits of this process (`ulimit -a`) and try again",
                exitCode: .configuration
            )
        }
    }

    /// The way around a port that cannot be had.
    private static let detour = """
        forward the challenges from port 80 to another port, such as 8080, and add \
        --http01-port 8080
        """

    private static func fix(port: UInt16, holders: [PortHolder]) -> String {
        var commands: [String] = []
        for holder in holders {
            let command = holder.remedy(port: port)
            if !commands.contains(command) { commands.append(command) }
        }
        if commands.isEmpty { commands = [PortHolder.search(port: port)] }
        return "\(commands.joined(separator: "; ")); or \(detour)"
    }
}

extension PortHolder {
    /// Who holds the port, as part of a sentence.
    fileprivate var sentence: String {
        switch self {
        case .hidden(let user):
            return "a process of user \(user) listens on it, which only root may look at"
        case .process(let process):
            let facts = ["pid \(process.pid)"] + process.supervisor.facts + [process.command]
            let known = facts.filter { !$0.isEmpty }.joined(separator: ", ")
            return "\(process.program) listens on it (\(known))"
        }
    }

    /// What to type to find out who listens, as root sees it.
    fileprivate static func search(port: UInt16) -> String {
        "sudo ss -ltnp 'sport = :\(port)' shows who; stop it"
    }

    /// What to type to have the port freed.
    fileprivate func remedy(port: UInt16) -> String {
        guard case .process(let process) = self else { return Self.search(port: port) }
        return switch process.supervisor {
        case .unit(let name): "sudo systemctl stop \(name)"
        case .container(let engine, let id): "\(engine) stop \(id.prefix(12))"
        case .publishedBy(.docker): "docker stop $(docker ps --quiet --filter publish=\(port))"
        case .publishedBy(.podman): "podman port --all shows which container; podman stop it"
        case .socketUnit: "systemctl list-sockets shows which; sudo systemctl stop it"
        case .unknown: "sudo kill \(process.pid)"
        }
    }
}

extension Supervisor {
    /// What is worth saying about it.
    fileprivate var facts: [String] {
        switch self {
        case .unit(let name): ["unit \(name)"]
        case .container(let engine, let id): ["\(engine) container \(id.prefix(12))"]
        case .publishedBy(let engine): ["for a container of \(engine) that publishes the port"]
        case .socketUnit: ["for a socket unit"]
        case .unknown: []
        }
    }
}
