import ACME
import CertificateStore
import HTTP
import Renewal

extension RenewalState {
    /// The failures in a row at that CA.
    subscript(_ authority: CertificateAuthority) -> FailureRecord? {
        get { failures[authority.directory.description] }
        set { failures[authority.directory.description] = newValue }
    }
}

extension LimitRecord {
    /// How a CA has been.
    func health(of authority: CertificateAuthority) -> AuthorityHealth {
        health(of: authority.directory.description)
    }
}
