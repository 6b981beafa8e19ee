import CertificateStore
import Diagnostics
import Settings

/// The nginx that is to answer for what is ordered.
extension IssueCertificates {
    /// Lets nginx pass the CA's questions on for sites of certctl.conf that it does not serve yet: tested
    /// and reloaded before a CA is asked for anything.
    ///
    /// For whoever deploys. Throws what ``ProxyDeployment/prepare(_:)`` throws.
    package func prepareProxy() async throws {
        let orders = orders.filter { !$0.request.isRehearsal }
        guard let proxy = ProxyDeployment(services, general), !orders.isEmpty else { return }
        try await services.whileDeploying { try await proxy.prepare(orders.map(\.name)) }
    }

    /// Has nginx serve the sites of certificates that were good enough, as certctl.conf says now; those
    /// of new ones it serves since they were brought into use.
    ///
    /// Returns the endings, with a failure for a site that is not served.
    package func serveSites(_ endings: [Ending]) async -> [Ending] {
        guard let proxy = ProxyDeployment(services, general) else { return endings }
        var served: [Ending] = []
        for ending in endings {
            guard case .success(let outcome) = ending.result, case .unchanged = outcome.change
            else {
                served.append(ending)
                continue
            }
            do {
                try await services.whileDeploying { try await proxy.serve([ending.name]) }
                served.append(ending)
            } catch {
                served.append(Ending(name: ending.name, result: .failure(error)))
            }
        }
        return served
    }

    /// Tells what keeps the sites of these certificates from working and nginx does not mind.
    package func adviseOnSites() async {
        var own = general
        own.sites.removeAll { site in
            !orders.contains { $0.name == site.certificate.lineageName }
        }
        guard let advice = SiteAdvice(services, own) else { return }
        services.tell(await advice.notes())
    }
}
