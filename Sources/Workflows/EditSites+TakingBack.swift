import CertificateStore
import Sites

extension EditSites {
    /// Takes a change back where its site was refused, whether or not there is a certificate for it;
    /// what fails otherwise may work at the next try.
    ///
    /// Throws as ``takeBack(_:)``.
    package func takeBack(_ change: Change, ifRefused endings: [IssueCertificates.Ending]) throws {
        let isRefused = endings.contains { ending in
            guard case .failure(let error) = ending.result else { return false }
            if case ProxyError.refusedSite = error { return true }
            return error is SitesError
        }
        if isRefused { try takeBack(change) }
    }
}
