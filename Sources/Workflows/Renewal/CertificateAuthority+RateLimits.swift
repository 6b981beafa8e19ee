package import ACME
package import Renewal

extension CertificateAuthority {
    /// The limits that it has published; `nil` where none are known.
    package var rateLimits: RateLimits? {
        switch folder {
        case "letsencrypt": .letsEncrypt
        case "letsencrypt-staging": .letsEncryptStaging
        default: nil
        }
    }
}
