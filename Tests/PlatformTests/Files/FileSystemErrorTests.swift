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
}
