import CertificateStore
import Nginx
import Platform

/// How edits of users' own files are taken back, as root has noted it: a file for each lineage.
struct EditRecords {
    private let services: Services

    init(_ services: Services) {
        self.services = services
    }

    /// The lineages that users' own servers were given; none for whoever may not look.
    var names: Set<LineageName> {
        guard let names = try? services.fileSystem.list(services.layout.edits) else { return [] }
        return Set(names.compactMap(LineageName.init))
    }

    /// Where the record of a lineage is.
    func path(of name: LineageName) -> String { "\(services.layout.edits)/\(name)" }

    /// What the record says, with its bytes; without any where there is none.
    ///
    /// Throws ``InPlaceError/recordDamaged(path:)`` and what keeps it from being read.
    func read(_ name: LineageName) throws -> (bytes: [UInt8]?, undo: Undo) {
        let path = path(of: name)
        guard try services.fileSystem.status(path) != nil else { return (nil, Undo()) }
        let bytes = try services.fileSystem.readFile(path, limit: Undo.largest)
        do throws(UndoError) {
            return (bytes, try Undo(decoding: bytes))
        } catch {
            throw InPlaceError.recordDamaged(path: path)
        }
    }

    /// Makes the directory for them.
    func prepare() throws(FileSystemError) {
        guard try services.fileSystem.status(services.layout.edits) == nil else { return }
        try services.fileSystem.makeDirectory(services.layout.edits, .privateDirectory)
        try services.fileSystem.syncDirectory(services.layout.edits.parentDirectory)
    }
}
