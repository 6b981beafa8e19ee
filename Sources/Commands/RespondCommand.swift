import Platform
import Workflows

/// `certctl respond`.
struct RespondCommand: Command {
    static let name = "respond"
    static let summary = "answers http-01 for all orders, as a service"
    static let group = CommandGroup.machine
    static let options = [
        CommandOption(
            name: "http01-port",
            value: "N",
            summary: "listen there instead of on 80; or: none, behind a proxy"
        ),
        CommandOption(
            name: "http01-address",
            value: "A",
            summary: "listen on this address only"
        ),
    ]

    static let discussion = """
        Under systemd the sockets come from certctl-http01.socket, certctl-challenge.socket and \
        certctl-control.socket, and outlive the service. Elsewhere it makes them itself. Who orders a \
        certificate hands the answers in over the control socket and keeps the connection for as long \
        as they are to be given; after a restart they are handed in again.

        On port 80 requests for names that got a certificate since it started are sent to https. No key and no \
        privilege is needed, but to bind the port.
        """
    static let examples = [
        CommandExample(
            line: "certctl respond --home try --http01-port 8080",
            effect: "the service for everything below the folder try, on another port"
        )
    ]

    static let needsRoot = false
    static let makesHome = true

    let endpoint: Endpoint?

    init(_ arguments: ParsedArguments) throws {
        guard arguments.operands.isEmpty else {
            throw UsageError.wrongOperands(usage: Self.usage)
        }
        endpoint = try Self.endpoint(arguments["http01-port"], arguments["http01-address"])
    }

    func run(in context: CommandContext) async throws {
        let termination = try TerminationSignal()
        let service = HTTP01Service(
            context.services,
            manager: context.manager,
            listener: SocketListener(),
            endpoint: endpoint
        )
        try await service.run(pid: LiveProcess.pid, until: termination)
    }

    private static func endpoint(
        _ port: String?,
        _ address: String?
    ) throws(UsageError) -> Endpoint? {
        if let address, address == "any" || SocketAddress(address, port: 0) == nil {
            throw .unusableForm(
                option: "http01-address",
                value: address,
                form: "one of this machine's addresses in numbers"
            )
        }
        guard let port else {
            return Endpoint(address: address, port: HTTP01Settings.standardPort)
        }
        if port == "none", address == nil { return nil }
        let alternative = address == nil ? ", or none" : ""
        return Endpoint(
            address: address,
            port: try ArgumentValues.port(port, alternative: alternative)
        )
    }
}
