import CertificateStore
import Diagnostics
import HTTP01
import Platform
import Settings

/// Telling the responder's service whose clients it may send to https.
extension RenewalRound {
    /// Names the hosts again that have a certificate: a service that was started anew has forgotten
    /// them.
    ///
    /// Where there is no service nothing is done, and no failure keeps anything from being renewed.
    func handInRedirects(_ looks: [RenewalLook]) async {
        let hosts = looks.filter { $0.current != nil }.flatMap(\.hostNames)
        do {
            guard !hosts.isEmpty,
                try services.fileSystem.status(services.layout.controlSocket) != nil
            else { return }
            let settings = HTTP01Settings(
                mode: .service,
                port: HTTP01Settings.standardPort,
                address: nil
            )
            try await services.makeSolver(settings).serving { presenter in
                await presenter.redirect(hosts)
            }
        } catch {
            services.log.info(
                "the responder's service cannot be told which hosts have a certificate",
                ["reason": Services.reason(of: error)]
            )
        }
    }
}
