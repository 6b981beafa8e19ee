import CertificateStore
import FoundationEssentials
import Renewal
import TestSupport

/// What readers of a lineage get: the last certificate that was brought into use.
struct ServedCertificate: Sendable {
    let number: GenerationNumber
    let notBefore: Date
    let notAfter: Date
    /// Since when certctl could do anything about it: from its beginning, or from when a backup was
    /// restored with it.
    var known: Date
    /// What its files held when it was brought into use.
    private let files: [String: [UInt8]]

    /// Remembers what is on disk of `stored`.
    init(_ stored: StoredCertificate, in fileSystem: MemoryFileSystem) {
        number = stored.number
        notBefore = stored.manifest.notBefore
        notAfter = stored.manifest.notAfter
        known = notBefore
        let paths = [
            stored.files.privateKey, stored.files.certificate, stored.files.chain,
            stored.files.fullChain, stored.files.manifest,
        ]
        files = paths.reduce(into: [:]) { files, path in
            guard let bytes = fileSystem.bytes(of: path) else { preconditionFailure("no \(path)") }
            files[path] = bytes
        }
    }

    /// From when until when readers can use it.
    var validity: Validity { Validity(notBefore: notBefore, notAfter: notAfter) }

    /// Whether every file is what it was.
    func isUntouched(in fileSystem: MemoryFileSystem) -> Bool {
        files.allSatisfy { fileSystem.bytes(of: $0.key) == $0.value }
    }
}
