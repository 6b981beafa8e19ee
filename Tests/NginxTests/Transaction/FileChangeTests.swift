import Testing

@testable import Nginx

/// How far a change has come can be told from the file.
@Suite struct FileChangeTests {
    private let before = Array("ssl_certificate /old/certificate;\n".utf8)
    private let after = Array("ssl_certificate /new/c;\n".utf8)

    private func change(isInPlace: Bool) -> FileChange {
        FileChange(path: "/etc/a.conf", before: before, after: after, isInPlace: isInPlace)
    }

    @Test(arguments: [true, false])
    func `what it holds tells before from after`(isInPlace: Bool) {
        let change = change(isInPlace: isInPlace)
        #expect(change.standing(of: before) == .before)
        #expect(change.standing(of: after) == .after)
        #expect(change.standing(of: nil) == .foreign)
        #expect(change.standing(of: Array("something else\n".utf8)) == .foreign)
    }

    @Test func `a file that is new, or to go, is told by its being there`() {
        let new = FileChange(path: "/etc/a.conf", before: nil, after: after)
        #expect(new.standing(of: nil) == .before)
        #expect(new.standing(of: after) == .after)
        #expect(new.standing(of: before) == .foreign)
        let old = FileChange(path: "/etc/a.conf", before: before, after: nil)
        #expect(old.standing(of: before) == .before)
        #expect(old.standing(of: nil) == .after)
    }

    @Test func `a write in place that was cut off anywhere, forwards or back, is known`() {
        let change = change(isInPlace: true)
        for length in 1..<after.count {
            let current = after.prefix(length) + before.dropFirst(length)
            #expect([.between, .before].contains(change.standing(of: Array(current))))
        }
        for length in 1..<before.count {
            let current = before.prefix(length) + after.dropFirst(length)
            #expect([.between, .before, .after].contains(change.standing(of: Array(current))))
        }
    }

    @Test func `a mixture is foreign where it is no write in place`() {
        let current = Array(after.prefix(20) + before.dropFirst(20))
        #expect(change(isInPlace: false).standing(of: current) == .foreign)
    }
}
