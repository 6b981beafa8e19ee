import Diagnostics
import TestSupport
import Testing

/// What differs between two texts is shown as `diff -u` shows it.
@Suite struct LineDiffTests {
    private func diff(_ old: String, _ new: String) -> LineDiff {
        LineDiff(from: Array(old.utf8), to: Array(new.utf8))
    }

    private func numbers(_ range: ClosedRange<Int>) -> String {
        range.map { "\($0)\n" }.joined()
    }

    @Test(arguments: ["", "a", "a\n", "a\nb\n\n"])
    func `equal texts do not differ`(text: String) {
        #expect(diff(text, text).hunks.isEmpty)
    }

    @Test func `a changed line is shown with three lines around it`() {
        let old = numbers(1...20)
        let new = old.replacing("\n10\n", with: "\nten\n")
        #expect(
            "\(diff(old, new))"
                == "@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n"
        )
    }

    @Test func `changes far from each other are shown apart, and near ones together`() {
        let old = numbers(1...30)
        let far = diff(old, old.replacing("\n5\n", with: "\n").replacing("\n25\n", with: "\nx\n"))
        #expect(far.hunks.map(\.heading) == ["@@ -2,7 +2,6 @@", "@@ -22,7 +21,7 @@"])
        let near = diff(old, old.replacing("\n5\n", with: "\n").replacing("\n12\n", with: "\n"))
        #expect(near.hunks.map(\.heading) == ["@@ -2,14 +2,12 @@"])
        let apart = diff(old, old.replacing("\n5\n", with: "\n").replacing("\n13\n", with: "\n"))
        #expect(apart.hunks.count == 2)
    }

    @Test func `a text that begins or ends is all of one side`() {
        #expect("\(diff("", "a\n"))" == "@@ -0,0 +1 @@\n+a\n")
        #expect("\(diff("a\nb\n", ""))" == "@@ -1,2 +0,0 @@\n-a\n-b\n")
    }

    @Test func `a missing end of the last line is a difference`() {
        #expect(
            "\(diff("a\n", "a"))" == "@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n"
        )
    }

    @Test func `what a terminal would act on is not shown`() {
        #expect("\(diff("", "\u{1B}[31m\n"))" == "@@ -0,0 +1 @@\n+·[31m\n")
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `hunks make one text of the other, with as few changes as there can be`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let texts = (0..<2).map { _ in
            let count = Int.random(in: 0...40, using: &random)
            return (0..<count).map { _ in random.pick(["a", "b", "c", "d"]) }
        }
        let written = texts.map { lines in lines.map { "\($0)\n" }.joined() }
        let diff = diff(written[0], written[1])
        #expect(applied(diff, to: texts[0]) == texts[1])
        let changes = diff.hunks.flatMap(\.lines).count { $0.change != .kept }
        #expect(changes == texts[1].difference(from: texts[0]).count)
    }

    @Test func `thousands of lines that have nothing in common are not searched for long`() {
        let old = numbers(1...6000)
        let new = numbers(10_000...16_000)
        let diff = diff(old, new)
        #expect(diff.hunks.map(\.heading) == ["@@ -1,6000 +1,6001 @@"])
    }

    /// Does to `lines` what `diff` says, and looks at what it says is kept or removed.
    private func applied(_ diff: LineDiff, to lines: [String]) -> [String] {
        var result: [String] = []
        var index = 0
        for hunk in diff.hunks {
            let start = hunk.oldCount == 0 ? hunk.oldStart : hunk.oldStart - 1
            result += lines[index..<start]
            index = start
            #expect(result.count == (hunk.newCount == 0 ? hunk.newStart : hunk.newStart - 1))
            for line in hunk.lines {
                let text = String(decoding: line.bytes, as: UTF8.self)
                if line.change != .added {
                    #expect(lines[index] == text)
                    index += 1
                }
                if line.change != .removed { result.append(text) }
            }
        }
        return result + lines[index...]
    }
}
