import ACME
import CertificateStore
import Diagnostics
import HTTP01
import Platform
import Settings

/// `certctl issue` by root in the store of somebody else: what root does before its owner has issued,
/// and after.
extension IssueCertificates {
    /// How things stood before.
    package struct Standing: Sendable {
        fileprivate var generations: [LineageName: GenerationNumber] = [:]
        /// Where the owner will have to listen and may not.
        package fileprivate(set) var ports = OwnersPorts()
    }

    /// Looks at what there is, and refuses hooks that could not be run afterwards.
    package func standing() throws -> Standing {
        try services.store.prepare()
        let hooks = DeployHooks(services, general)
        var standing = Standing()
        for order in orders {
            try hooks.check(order.name, order.request.names, extra: order.request.deployHook)
            let lineage = try services.store.lineage(order.name)
            standing.generations[order.name] = lineage.current?.number
            try order.needsPorts(lineage, &standing.ports)
        }
        return standing
    }

    /// Tells that the owner's own renewals will lack what root has done for him now.
    ///
    /// `endings` are what root has brought into use of it.
    package func tellOfRenewals(_ endings: [Ending], after standing: Standing) {
        let ports = standing.ports
        guard !ports.isEmpty, !services.hasResponder,
            endings.contains(where: { (try? $0.result.get())?.word == "issued" })
        else { return }
        // Who is to listen himself, always, does not ask the service.
        let isFixed = !ports.mayBeProxied && !ports.isProxied
        services.log.warning(
            "root has listened for the challenges, and the timer's certctl renew may not",
            [
                "to change that": HTTP01Error.service
                    + (isFixed ? "; then the same command with --http01 service" : "")
            ]
        )
    }

    /// Brings into use what the owner has obtained since; in the order of the requests.
    ///
    /// Nothing is returned of a certificate that he has not got: why, he has told himself.
    package func bringIntoUse(since standing: Standing) async throws -> [Ending] {
        var endings: [LineageName: Result<IssueOutcome, any Error>] = [:]
        var changes: [LineageName: IssueOutcome.Change] = [:]
        var hooks: [LineageName: String] = [:]
        var owed: Set<LineageName> = []
        for order in orders where !order.request.isRehearsal {
            do {
                let before = standing.generations[order.name]
                guard let change = try order.change(since: before) else { continue }
                changes[order.name] = change
                hooks[order.name] = order.request.deployHook
                if case .issued = change, hooks[order.name] != nil { owed.insert(order.name) }
            } catch {
                endings[order.name] = .failure(error)
            }
        }
        let deploying = DeployCertificates(services)
        let deployed = try await deploying.run(
            changes.keys.sorted(),
            extraHooks: hooks,
            owed: owed
        )
        for ending in deployed {
            guard let change = changes[ending.name] else { continue }
            endings[ending.name] = ending.result.map { deployed in
                IssueOutcome(change: change, name: ending.name, hooks: deployed.hooks)
            }
        }
        return orders.compactMap { order in
            endings[order.name].map { Ending(name: order.name, result: $0) }
        }
    }
}

extension Services {
    /// Where the store's owner may have to listen and may not, when he renews.
    package var portsForRenewal: OwnersPorts {
        var ports = OwnersPorts()
        guard !hasResponder else { return ports }
        ports.endpoints = [Endpoint(port: HTTP01Settings.standardPort)]
        ports.mayBeProxied = true
        return ports
    }

    /// The error with what this user can do about it.
    func completed(_ error: any Error) -> any Error {
        guard case HTTP01Error.notPermitted(let port) = error, (try? store.role()) == .issuing
        else { return error }
        return HTTP01Error.ownerNotPermitted(port: port)
    }

    /// Whether the responder's service is there to answer.
    fileprivate var hasResponder: Bool { RuntimeSockets(layout, in: fileSystem).isServed }
}

extension IssueCertificate {
    /// Ports below this one are root's.
    private static let firstUnprivilegedPort: UInt16 = 1024

    /// Adds where the order is to be answered by whoever has it, as far as that is root's to have.
    ///
    /// A port or an address that a lineage remembers and nobody has asked for now is left to the owner:
    /// whoever can write there must not choose what root binds.
    fileprivate func needsPorts(_ lineage: Lineage, _ ports: inout OwnersPorts) throws {
        let settings = settings(lineage)
        if let current = lineage.current, !request.isRehearsal,
            try isGoodEnough(current, lineage, settings)
        {
            return
        }
        let http01 = settings.http01
        let isStandard = http01.port == HTTP01Settings.standardPort
        let isDetour = !isStandard || http01.address != nil
        let isAskedFor =
            (isStandard || http01.port == request.http01.port)
            && (http01.address == nil || http01.address == request.http01.address?.choice)
        let isRoots = isAskedFor && http01.port < Self.firstUnprivilegedPort
        let endpoint = Endpoint(address: http01.address, port: http01.port)
        switch (http01.mode, isDetour) {
        case (.service, _), (.webroot, _): break
        case (.standalone, _), (.proxied, true), (.auto, true):
            if isRoots { ports.endpoints.insert(endpoint) }
        case (.proxied, false):
            ports.isProxied = ports.isProxied || !services.hasResponder
        case (.auto, false) where !services.hasResponder:
            ports.endpoints.insert(endpoint)
            ports.mayBeProxied = true
        case (.auto, false): break
        }
    }

    /// What the owner has come to; `nil` where he has no certificate to show.
    ///
    /// The pair that lets nginx start is published then, where readers have nothing.
    fileprivate func change(since before: GenerationNumber?) throws -> IssueOutcome.Change? {
        let lineage = try store.lineage(name)
        guard let current = lineage.current else {
            // Whoever has it publishes it as well.
            if let pair = try store.bootstrap(of: name), let lock = try store.lockExisting(name),
                try !store.isPublished(name)
            {
                defer { withExtendedLifetime(lock) {} }
                try store.publish(pair, of: name)
            }
            return nil
        }
        guard current.number == before else { return .issued(current) }
        return try isGoodEnough(current, lineage, settings(lineage)) ? .unchanged(current) : nil
    }

    /// Removes old generations where root, who brings the new ones into use, leaves that to their
    /// owner.
    func clearAway() {
        do {
            guard try store.role() == .issuing,
                let inUse = try store.publishedGeneration(of: name)
            else { return }
            try store.removeOldGenerations(of: name, inUse: inUse)
        } catch {
            services.log.warning(
                "old certificates cannot be removed",
                ["lineage": "\(name)", "reason": Services.reason(of: error)]
            )
        }
    }
}
