import Diagnostics
import Glibc
import Testing

@testable import Platform

/// Group D of the reliability catalogue: every failure of the disk says what to do.
@Suite struct FileSystemErrorTests {
    @Test(
        arguments: [
            (ENOENT, .notFound), (EEXIST, .exists), (EACCES, .notPermitted), (EPERM, .notPermitted),
            (EROFS, .readOnly), (ENOSPC, .noSpace), (EDQUOT, .noSpace), (ELOOP, .symbolicLink),
            (ENOTDIR, .notDirectory), (ENOTEMPTY, .notEmpty), (EIO, .other(EIO)),
        ] as [(Int32, FileSystemError.Reason)]
    )
    func `a code of the system is a reason`(code: Int32, reason: FileSystemError.Reason) {
        #expect(FileSystemError.Reason(code) == reason)
    }

    @Test(
        arguments: [
            FileSystemError.Reason.notFound, .exists, .notPermitted, .readOnly, .noSpace,
            .symbolicLink, .notDirectory, .notEmpty, .other(5),
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
