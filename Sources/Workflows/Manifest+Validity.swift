import CertificateStore
import Renewal

extension Manifest {
    /// From when until when the certificate is valid.
    var validity: Validity { Validity(notBefore: notBefore, notAfter: notAfter) }
}
