import ACME

/// `certctl issue --in-place`: what comes before the orders, and after.
extension IssueCertificates {
    /// Has users' servers pass the CA's questions on; refuses what could not be done afterwards.
    ///
    /// Throws as ``EditInPlace/prepare(_:)``.
    package func prepare(_ edits: EditInPlace) async throws {
        try await edits.prepare(orders.map { .init(name: $0.name, names: $0.request.names) })
    }

    /// Puts what was obtained into users' servers.
    ///
    /// Where that fails the certificate is stored and in use as far as others read it, and the ending
    /// says why.
    package func finish(_ endings: [Ending], _ edits: EditInPlace) async -> [Ending] {
        var finished: [Ending] = []
        for ending in endings {
            guard case .success = ending.result,
                let order = orders.first(where: { $0.name == ending.name })
            else {
                finished.append(ending)
                continue
            }
            do {
                _ = try await edits.run(.init(name: order.name, names: order.request.names))
                finished.append(ending)
            } catch {
                services.noteFailure(order.name, error, isOfDeployment: true)
                finished.append(Ending(name: order.name, result: .failure(error)))
            }
        }
        return finished
    }
}
