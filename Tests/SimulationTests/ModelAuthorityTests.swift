import ACME
import FoundationEssentials
import Renewal
import Testing

@testable import Simulation

/// RFC 9773 and Let's Encrypt's limits, as the model CA has them.
@Suite struct ModelAuthorityTests {
    private let start = Date(timeIntervalSince1970: 1_800_000_000)

    private func course(lifetime: TimeInterval = 90 * .day) -> Course {
        Course(year: start..<start.addingTimeInterval(.year), lifetime: lifetime)
    }

    private func authority(_ course: Course) -> ModelAuthority {
        ModelAuthority(course, Draw(seed: 1), adviceInterval: .day)
    }

    private func order(replaces serial: UInt64?) -> ModelOrder {
        ModelOrder(lineage: 0, names: ["l0.d0.test"], replaces: serial, isRenewal: true)
    }

    @Test func `the window is a fiftieth of the lifetime, around two thirds of it`() throws {
        let authority = authority(course())
        let issued = authority.seed(0, age: 0)
        let advice = try #require(try authority.advice(of: issued.serial, 0, at: start))
        #expect(abs(advice.end.timeIntervalSince(advice.start) - 1.8 * .day) < 1)
        let middle = advice.start.addingTimeInterval(0.9 * .day)
        #expect(abs(middle.timeIntervalSince(issued.notBefore) - 60 * .day) < 1)
    }

    @Test func `a certificate that is called back has a window in the past`() throws {
        var course = course()
        course.recall = start.addingTimeInterval(.day)
        let authority = authority(course)
        let issued = authority.seed(0, age: 0)
        let later = start.addingTimeInterval(2 * .day)
        let advice = try #require(try authority.advice(of: issued.serial, 0, at: later))
        #expect(advice.end < course.recall ?? start)
    }

    @Test func `a certificate is replaced once`() throws {
        let authority = authority(course())
        let issued = authority.seed(0, age: 30 * .day)
        _ = try authority.issue(order(replaces: issued.serial), at: start)
        let problem = Problem(kind: .alreadyReplaced, detail: "certificate has a successor")
        #expect(throws: ACMEError.refused(problem)) {
            try authority.issue(order(replaces: issued.serial), at: start)
        }
        #expect(authority.limitHits == 0)
    }

    @Test func `replacements are exempt, and five others of the same names a week are not`() throws {
        let authority = authority(course())
        var last = authority.seed(0, age: 0)
        for _ in 0..<20 {
            last = try authority.issue(order(replaces: last.serial), at: start)
        }
        for _ in 0..<5 {
            _ = try authority.issue(order(replaces: nil), at: start)
        }
        #expect(throws: ACMEError.self) {
            try authority.issue(order(replaces: nil), at: start)
        }
        #expect(authority.limitHits == 1)
    }

    @Test func `a CA that is down answers nothing`() {
        var course = course()
        course.authorityDown = Spans([start..<start.addingTimeInterval(.hour)])
        let authority = authority(course)
        let issued = authority.seed(0, age: 0)
        #expect(throws: ACMEError.self) { try authority.reach(at: start) }
        #expect(throws: ACMEError.self) { try authority.advice(of: issued.serial, 0, at: start) }
        #expect(throws: ACMEError.self) { try authority.issue(order(replaces: nil), at: start) }
    }

    @Test func `names that fail for good run into the limit of failures`() {
        var course = course()
        course.unvalidated = Spans([course.year])
        let authority = authority(course)
        for _ in 0..<5 {
            #expect(throws: ACMEError.self) { try authority.issue(order(replaces: nil), at: start) }
        }
        #expect(authority.limitHits == 0)
        #expect(throws: ACMEError.self) { try authority.issue(order(replaces: nil), at: start) }
        #expect(authority.limitHits == 1)
    }
}
