import Deployment
import Diagnostics
import Nginx
import Sites

/// An nginx that refuses its configuration for what certctl's own files lack, or say beside a person's.
extension ProxyDeployment {
    /// Does `body`; where nginx refuses its configuration for the sake of certctl's own files, once
    /// more with those put right.
    ///
    /// Throws what `body` throws: that nginx refuses them too is no news, unless it names a directive
    /// that certctl has left to a person.
    func afterMending<Outcome>(
        _ nginx: any NginxInstance,
        _ body: () async throws -> Outcome
    ) async throws -> Outcome {
        do {
            return try await body()
        } catch TransactionFailure.untouched(let fault) where fault.step == .brokenBefore {
            guard try await mend(nginx) else { throw TransactionFailure.untouched(fault) }
            return try await body()
        }
    }

    /// Puts back what is missing, where nobody has asked nginx for anything.
    ///
    /// Throws what has to be done by hand for that; what else is wrong is only told.
    func mendUnasked() async throws {
        do {
            let nginx = try await findStarted()
            try await recover(nginx)
            try await afterMending(nginx) {
                let dump = try await nginx.configuration()
                guard dump.verdict.isAccepted else { throw ProxyView.refusal(dump, of: nginx) }
            }
        } catch let error as ProxyError {
            switch error {
            case .startsWithFiles, .startsAgain: throw error
            default: tellUnasked(error)
            }
        } catch let error as any DeploymentFailure {
            tellUnasked(error)
        }
    }

    private func tellUnasked(_ error: any DeploymentFailure) {
        services.log.warning(
            "nothing is to be deployed, and nothing could be",
            ["reason": Services.reason(of: error)]
        )
    }

    /// Does `body`, which changes nothing.
    ///
    /// Throws what `body` throws; ``ProxyError/ownFilesMissing(place:paths:)`` where nginx refuses its
    /// configuration and files of certctl's own are missing.
    func namingMissingFiles<Outcome>(
        of nginx: any NginxInstance,
        _ body: () async throws -> Outcome
    ) async throws -> Outcome {
        do {
            return try await body()
        } catch TransactionFailure.untouched(let fault) where fault.step == .brokenBefore {
            let missing = try await mending(of: nginx).missing
            guard !missing.isEmpty else { throw TransactionFailure.untouched(fault) }
            throw ProxyError.ownFilesMissing(place: nginx.place, paths: missing)
        }
    }

    private func mending(of nginx: any NginxInstance) async throws -> Mending {
        try await ProxyView.mending(services, settings, access, nginx, sites())
    }

    /// Puts back what is missing; returns whether nginx accepts its configuration then.
    private func mend(_ nginx: any NginxInstance) async throws -> Bool {
        let mending = try await mending(of: nginx)
        let changes = mending.changes
        guard !mending.isNothing else { return false }
        try prepare(mending)
        do {
            // Without any change only what it prepared was missing: what nginx says then is for who asked.
            guard !changes.isEmpty else {
                tell(of: mending)
                return true
            }
            try await NginxTransaction.run(changes, needs(nginx, []), isMending: true)
        } catch TransactionFailure.rolledBack(let fault, let unsettled) {
            // That there were two of it is not what the person has to mend then.
            let isOfRoom = fault.reason.contains("increase \(SiteRenderer.roomDirective)")
            guard isOfRoom else { return false }
            throw TransactionFailure.rolledBack(fault, unsettled: unsettled)
        }
        tell(of: mending)
        return true
    }

    private func tell(of mending: Mending) {
        let written = mending.changes.filter { $0.after != nil }.map(\.path)
        let paths = written + mending.copies
        if !paths.isEmpty {
            let isOfRoom = mending.missing.isEmpty
            services.log.warning(
                isOfRoom
                    ? "a file of certctl's own follows what others now say of server_names_hash_bucket_size"
                    : "files of certctl's own were missing, and are put back",
                ["paths": paths.joined(separator: " ")]
            )
        }
        tellRemoved(by: mending)
    }

    /// Makes what the changes need.
    func prepare(_ mending: Mending) throws {
        let directory = mending.directory
        if mending.changes.contains(where: { $0.path.hasPrefix("\(directory)/certctl/") }) {
            try makeSnippetDirectory(in: directory)
        }
        try mending.prepare(services)
    }

    /// Tells which of certctl's files were taken away.
    func tellRemoved(by mending: Mending) {
        for change in mending.changes where change.after == nil {
            services.log.warning(
                "a file of certctl's own named a certificate that is not stored, and was removed",
                ["path": change.path]
            )
        }
    }
}
