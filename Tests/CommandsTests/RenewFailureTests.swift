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

    private func report(_ outcomes: [(String, RenewOutcome)]) throws -> RenewReport {
        var report = RenewReport()
        report.endings = try outcomes.map { text, outcome in
            RenewReport.Ending(name: try #require(LineageName(text)), outcome: outcome)
        }
        return report
    }

    @Test func `3: what was never issued is a failure where it is named, with the way to it`()
        throws
    {
        let report = try report([("w.test", .waiting(["www.w.test", "w.test"]))])
        try RenewFailure.check(report, [], isNamed: false)
        let error = #expect(throws: WorkflowError.self) {
            try RenewFailure.check(report, [], isNamed: true)
        }
        let diagnosis = try #require(error).diagnosis
        #expect(diagnosis.exitCode == .configuration)
        #expect(diagnosis.what == "w.test has not been issued")
        #expect(diagnosis.fix == "certctl issue www.w.test w.test --name w.test")
    }

    @Test func `9: where each was issued nothing but deploying has failed; 11: where one was not`()
        throws
    {
        let unused = WorkflowError.changedByHook(lineage: "a.test", path: "/x")
        let deployed = [
            try ending("a.test", unused), try ending("b.test", StoreError.busy("b.test")),
        ]
        func code(_ report: RenewReport) throws -> ExitCode {
            let error = #expect(throws: CertificateFailure.self) {
                try RenewFailure.check(report, deployed, isNamed: false)
            }
            return try #require(error).diagnosis.exitCode
        }
        #expect(try code(RenewReport()) == .deployment)
        let failed = try report([("c.test", .failed(StoreError.busy("c.test")))])
        #expect(try code(failed) == .partial)
    }

    @Test func `where nothing has failed nothing is thrown`() throws {
        try RenewFailure.check(RenewReport(), [], isNamed: true)
    }
}
