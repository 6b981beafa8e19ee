import CertificateStore
import Platform

/// That nginx has files of certctl's, noted where only whoever deploys can write.
///
/// Once certctl.conf names neither a site nor a proxy, nothing else tells that there is an nginx to take them from.
struct ServedSites {
    private let services: Services

    init(_ services: Services) {
        self.services = services
    }

    /// Whether there are such files; `false` for whoever may not look.
    var areThere: Bool {
        (try? services.fileSystem.status(services.layout.servedSites)) ?? nil != nil
    }

    /// Notes that there will be, before the first is written.
    func note() throws {
        guard !areThere else { return }
        let path = services.layout.servedSites
        try services.fileSystem.writeNewFile(path, [], .privateFile)
        try services.fileSystem.syncDirectory(path.parentDirectory)
    }

    /// Notes that there are none any more.
    func forget() throws {
        guard areThere else { return }
        try services.fileSystem.removeFile(services.layout.servedSites)
        try services.fileSystem.syncDirectory(services.layout.servedSites.parentDirectory)
    }
}
