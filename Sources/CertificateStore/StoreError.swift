/// What can be wrong with the store, apart from system calls that fail.
package enum StoreError: Error, Equatable {
    /// Why a directory or file of the store cannot be trusted.
    package enum Distrust: Equatable, Sendable {
        case symbolicLink
        case notDirectory
        case notFile
        case owner(UInt32)
        /// What root writes in belongs to somebody else.
        ///
        /// Whether nothing in it is anybody else's, and nothing is believed for being root's.
        case notOfRoot(UInt32, isAllRoots: Bool)
        /// What root goes by was written by somebody else.
        case writtenBy(UInt32)
        case writableByOthers(String)
        /// A key that others may read.
        case readableByOthers(String)
    }

    /// Another certctl has the lock.
    case busy(String)
    case distrusted(path: String, Distrust)
    /// A file does not hold what it should.
    case damaged(path: String, String)
    /// Too little room is left to begin.
    case noRoom(path: String, String)
    /// This user cannot give keys to a group, for that reason.
    case groupRefused(UInt32, String)
    case unknownLineage(String, known: [String])
}
