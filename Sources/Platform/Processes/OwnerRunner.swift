/// Runs this program once more, as another user.
package protocol OwnerRunner: Sendable {
    /// Runs `command` to its end; its standard descriptors are those of this process.
    ///
    /// - Throws: ``ProcessError`` when it could not be started.
    func run(_ command: OwnerCommand) async throws(ProcessError) -> ChildResult.Ending
}

/// What the other user is to do, and all that he gets for it: his environment tells of the sockets and
/// the journal, and of nothing else.
package struct OwnerCommand: Sendable {
    package var user: UInt32
    /// The arguments after the program's own name.
    package var arguments: [String]
    /// Sockets that listen where he may not, each by its name.
    package var sockets: [(name: String, socket: ListeningSocket)]
    /// The journal, where that is what he writes to.
    package var journal: JournalStream?

    package init(
        user: UInt32,
        arguments: [String],
        sockets: [(name: String, socket: ListeningSocket)]
    ) {
        self.user = user
        self.arguments = arguments
        self.sockets = sockets
    }
}
