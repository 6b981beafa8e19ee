import Diagnostics
import Platform
import Testing

/// Group D of the reliability catalogue: every failure of the disk says what to do.
@Suite struct FileSystemErrorTests {
    @Test(
        arguments: [
            FileSystemError.Reason.notFound, .exists, .notPermitted, .readOnly, .noSpace,
            .symbolicLink, .notDirectory, .notEmpty, .otherFileSystem, .inputOutput, .other(5),
        ]
    )
    func `a failure tells what, why and a fix, and is one of the store`(
        reason: FileSystemError.Reason
    ) {
        let error = FileSystemError(
            operation: "open",
            path: "/var/lib/certctl\u{1B}[2J",
            reason: reason,
            text: "strerror's words"
        )
        let diagnosis = error.diagnosis
        #expect(diagnosis.what == "/var/lib/certctl·[2J cannot be used")
        #expect(diagnosis.why == "open: strerror's words")
        #expect(!diagnosis.fix.isEmpty)
        #expect(diagnosis.exitCode == .store)
    }

    /// ESTALE, ETIMEDOUT, EMFILE and the like pass; a generation must not count as damaged for them.
    @Test(arguments: [
        (FileSystemError.Reason.inputOutput, true), (.isDirectory, true), (.notRegular, false),
        (.symbolicLink, false),
        (.other(0), true), (.other(117), true), (.other(74), true), (.other(116), false),
        (.other(110), false), (.other(24), false), (.notPermitted, false), (.noSpace, false),
    ])
    func `what is wrong with a file is told from what is wrong with the machine`(
        reason: FileSystemError.Reason,
        isOfFile: Bool
    ) {
        let error = FileSystemError(operation: "read", path: "/x", reason: reason, text: "")
        #expect(error.isOfWhatIsThere == isOfFile)
    }
}
