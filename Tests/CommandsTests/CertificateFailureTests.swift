import CertificateStore
import Diagnostics
import Testing
import Workflows

@testable import Commands

/// What a command about several certificates ends with.
@Suite struct CertificateFailureTests {
    private func check(_ errors: [(any Error)?]) throws {
        let endings = try errors.enumerated().map { index, error in
            (name: try #require(LineageName("l\(index).test")), error: error)
        }
        try CertificateFailure.check(endings, mixed: .partial)
    }

    /// What is told of several certificates of which some have failed.
    private func diagnosis(_ errors: [(any Error)?]) throws -> Diagnosis {
        let failure = #expect(throws: CertificateFailure.self) { try check(errors) }
        return try #require(failure).diagnosis
    }

    private static let busy = StoreError.busy("x")
    private static let unknown = StoreError.unknownLineage("x", known: [])

    @Test func `without a failure nothing is thrown`() throws {
        try check([])
        try check([nil, nil])
    }

    @Test func `of one certificate the error itself is thrown`() {
        #expect(throws: Self.busy) { try check([Self.busy]) }
    }

    @Test
    func `several that all failed end with the first one's code, and not as if some were issued`()
        throws
    {
        #expect(try diagnosis([Self.busy, Self.busy]).exitCode == .store)
        #expect(try diagnosis([Self.unknown, Self.busy]).exitCode == .configuration)
        #expect(try diagnosis([Self.busy, nil]).exitCode == .partial)
    }

    @Test func `9: what is saved and not in use was issued, as was the rest`() throws {
        let unused = WorkflowError.changedByHook(lineage: "x", path: "/x")
        #expect(try diagnosis([unused, nil]).exitCode == .deployment)
        #expect(try diagnosis([unused, Self.busy]).exitCode == .partial)
    }

    @Test func `each is named with its reason, and a fix of several is told once`() throws {
        let told = try diagnosis([Self.busy, nil, Self.busy])
        #expect(told.what == "2 of 3 certificates failed: l0.test, l2.test")
        #expect(told.why.hasPrefix("l0.test, l2.test: x is in use: "))
        #expect(told.why.split(separator: "x is in use").count == 2)
        #expect(told.fix == Self.busy.diagnosis.fix)
    }

    @Test func `a site that is refused is no certificate that failed`() throws {
        let www = try #require(LineageName("www.test"))
        let shop = try #require(LineageName("shop.test"))
        let sites: [LineageName: any Error] = [shop: Self.unknown]
        func told(_ endings: [(any Error)?]) throws -> Diagnosis {
            let failure = #expect(throws: CertificateFailure.self) {
                try CertificateFailure.check(
                    endings.map { (www, $0) },
                    sites: sites,
                    mixed: .partial
                )
            }
            return try #require(failure).diagnosis
        }
        let good = try told([nil])
        #expect(good.what == "1 site is not served as certctl.conf says: shop.test")
        #expect(good.exitCode == .deployment)
        let bad = try told([Self.busy])
        #expect(
            bad.what == "1 of 1 certificates failed: www.test; "
                + "1 site is not served as certctl.conf says: shop.test"
        )
        #expect(bad.exitCode == .store)
        // Of nothing but a site the error itself is told.
        #expect(throws: Self.unknown) {
            try CertificateFailure.check([], sites: sites, mixed: .deployment)
        }
    }

    @Test func `of very many the first are named`() throws {
        let told = try diagnosis(Array(repeating: Self.busy, count: 1000))
        #expect(told.what.hasPrefix("1000 of 1000 certificates failed: l0.test, "))
        #expect(told.what.hasSuffix(", l19.test and 980 more"))
        #expect(!told.why.contains("l20.test"))
    }
}
