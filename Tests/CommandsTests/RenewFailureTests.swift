import CertificateStore
import Diagnostics
import Platform
import Testing
import Workflows

@testable import Commands

/// A deployment that failed is told, whoever renewed and whenever that was.
@Suite struct RenewFailureTests {
    private func ending(
        _ text: String,
        _ error: any Error
    ) throws -> DeployCertificates.Ending {
        DeployCertificates.Ending(
            name: try #require(LineageName(text)),
            result: .failure(error)
        )
    }

    @Test func `what another process has renewed and cannot be deployed is a failure`() throws {
        let deployed = [try ending("a.test", StoreError.busy("a.test"))]
        #expect(throws: StoreError.busy("a.test")) {
            try RenewFailure.check(RenewReport(), deployed, isNamed: false)
        }
    }

    @Test func `what an earlier run has left fails beside what is renewed now`() throws {
        let deployed = [
            try ending("a.test", StoreError.busy("a.test")),
            try ending("b.test", StoreError.busy("b.test")),
        ]
        #expect(throws: CertificateFailure.self) {
            try RenewFailure.check(RenewReport(), deployed, isNamed: false)
        }
    }

    @Test func `where nothing has failed nothing is thrown`() throws {
        try RenewFailure.check(RenewReport(), [], isNamed: true)
    }
}
