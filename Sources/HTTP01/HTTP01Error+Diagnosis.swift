package import Diagnostics
import Platform

extension HTTP01Error: Diagnosable {
    package var diagnosis: Diagnosis {
        switch self {
        case .portTaken(let port, let holders):
            Diagnosis(
                what: "could not listen on port \(port) for HTTP-01 challenges",
                why: Self.sentence(holders),
                fix: Self.fix(port: port, holders: holders),
                exitCode: .configuration
            )
        case .portHeld(let port, let holders, let socket):
            Diagnosis(
                what: "could not listen on port \(port) for HTTP-01 challenges",
                why: Self.sentence(holders)
                    + ", and does not pass challenges on to certctl",
                fix: Self.fix(port: port, holders: holders, socket: socket),
                exitCode: .configuration
            )
        case .notPermitted(let port):
            Diagnosis(
                what: "could not listen on port \(port) for HTTP-01 challenges",
                why: "this user may not bind port \(port)",
                fix: "run certctl with sudo and without --home, or \(Self.detour)",
                exitCode: .configuration
            )
        case .ownerNotPermitted(let port):
            Diagnosis(
                what: "could not listen on port \(port) for HTTP-01 challenges",
                why:
                    "this user may not bind port \(port), and the responder's service does not run",
                fix: Self.service,
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
        case .socket(let path, let error):
            Diagnosis(
                what: "could not listen at \(path) for HTTP-01 challenges",
                why: error.reason,
                fix: error.fix(path),
                exitCode: .configuration
            )
        case .noService(let path, let error):
            Diagnosis(
                what: "could not hand the answers in to the responder's service",
                why: "\(path): \(error.reason)",
                fix:
                    "start the service: certctl respond (under systemd: certctl-control.socket); or "
                    + "choose another way with --http01",
                exitCode: .configuration
            )
        case .refusedByService(let path, let reason):
            Diagnosis(
                what: "the responder's service did not take the answers",
                why: "\(path): \(reason.harmless(limit: 200))",
                fix: "run certctl as the user that owns \(path), and the service from the same "
                    + "version of certctl: sudo systemctl restart certctl-http01.service",
                exitCode: .configuration
            )
        case .webroot(let directory, let reason):
            Diagnosis(
                what: "could not put answers below \(directory.harmless(limit: 300))",
                why: reason.harmless(limit: 500),
                fix: "give the web server's root, where this user may write: "
                    + "--http01 webroot:/var/www/html",
                exitCode: .configuration
            )
        case .webrootFileExists(let path):
            Diagnosis(
                what: "could not put an answer at \(path.harmless(limit: 500))",
                why: "a file of that name is there, and certctl did not make it",
                fix: "see whose it is and remove it, then run the same command again",
                exitCode: .configuration
            )
        }
    }

    private static func sentence(_ holders: [PortHolder]) -> String {
        holders.isEmpty
            ? "another process listens on it"
            : holders.map(\.sentence).joined(separator: "; ")
    }

    /// How systemd is to hold the sockets for a user who may bind none.
    ///
    /// The service is stopped first: systemd starts no socket of one that runs.
    package static let service = """
        systemctl stop certctl-http01.service; \
        systemctl enable --now certctl-control.socket certctl-challenge.socket certctl-http01.socket \
        (without the last one where a proxy passes challenges on)
        """

    /// The way around a port that cannot be had.
    private static let detour = """
        forward the challenges from port 80 to another port, such as 8080, and name that once: \
        certctl issue NAME --http01-port 8080
        """

    /// What an nginx needs in its server for port 80 to pass challenges on to a socket.
    static func location(passingTo socket: String) -> String {
        "location ^~ /.well-known/acme-challenge/ "
            + "{ proxy_pass http://unix:\(socket):; proxy_set_header Host $host; }"
    }

    /// The same, for who may go on holding it.
    private static func fix(port: UInt16, holders: [PortHolder], socket: String) -> String {
        let mount =
            holders.contains { $0.isContainer }
            ? " (the container has to mount that socket's directory at the same path)" : ""
        return
            "let it pass challenges on: put `\(location(passingTo: socket))` into its server for port \(port)\(mount), "
            + "reload it, and take http01 proxied (in certctl.conf, or certctl issue NAME --http01 proxied); or "
            + "in the same way --http01 webroot:DIR with the directory that it serves; or free the port: \(fix(port: port, holders: holders))"
    }

    private static func fix(port: UInt16, holders: [PortHolder]) -> String {
        guard !holders.contains(where: { $0.isService || $0.isOrder }) else {
            return holders[0].remedy(port: port)
        }
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

    /// Whether it is a container's, which sees other files than this process.
    fileprivate var isContainer: Bool {
        guard case .process(let process) = self else { return false }
        switch process.supervisor {
        case .container, .publishedBy: return true
        case .unit, .socketUnit, .unknown: return false
        }
    }

    /// What to type to have the port freed.
    fileprivate func remedy(port: UInt16) -> String {
        guard case .process(let process) = self else { return Self.search(port: port) }
        if isService { return "use that service: --http01 service; or sudo kill \(process.pid)" }
        if isOrder { return "run the same command again when that one has ended" }
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

extension LocalListenError {
    /// What is wrong, in the system's words where it has some.
    fileprivate var reason: String {
        switch self {
        case .inUse: "another certctl listens there at the moment"
        case .notASocket: "something that is no socket has that path"
        case .directory(let error): "\(error.path): \(error.text)"
        case .failed(let error): "\(error)"
        }
    }

    /// What to type next.
    fileprivate func fix(_ path: String) -> String {
        switch self {
        case .inUse:
            "wait until it has finished, then try again; `sudo ss -lxp src \(path)` shows who it is"
        case .notASocket: "see what it is and remove it: ls -l \(path)"
        case .directory, .failed:
            "run certctl with sudo, or give a directory of your own with --home"
        }
    }
}
