import Testing

@testable import Nginx

/// Regular expressions of names and paths: a verdict, or none; never a guess.
@Suite struct PatternMatchTests {
    @Test(
        arguments: [
            ("^www\\d+\\.example\\.com$", "www12.example.com", true),
            ("^www\\d+\\.example\\.com$", "www.example.com", false),
            ("^(?<sub>.+)\\.example\\.com$", "a.b.example.com", true),
            ("^(?P<sub>[a-z0-9-]+)\\.test$", "x-1.test", true),
            ("^(?:a|b|)c$", "c", true), ("a{2,3}$", "baaa", true), ("^a{2}$", "aaa", false),
            ("^a{0,}?b$", "aab", true), ("^[^.]+\\.test$", "a.b.test", false),
            ("^[\\w.-]+$", "a-b.c_d", true), ("EXAMPLE", "www.example.com", true),
            ("^(?!www\\.).*\\.test$", "www.a.test", false),
            ("^(?=a)ab$", "ab", true), ("", "x", true), ("^$", "", true), (".", "\n", false),
            ("[]a]", "]", true), ("\\.", "a", false), ("^(a*)*$", "aaaaaaaaaaaaaaaaaaaab", false),
        ]
    )
    func `what is known is judged as by PCRE`(pattern: String, text: String, verdict: Bool) {
        #expect(PatternMatch.verdict(of: pattern, on: text) == verdict)
    }

    @Test(
        arguments: [
            "(?<=a)b", "(a)\\1", "\\bx", "a++", "(?>a)", "[[:alpha:]]", "(", ")", "[a", "a{", "*a",
            "a{2000}", "(?i", "\\", "a{3,2}", "[z-a]", "a**", "\\x41",
            String(repeating: "(", count: 50) + String(repeating: ")", count: 50),
        ]
    )
    func `what is not known or wrong has no verdict`(pattern: String) {
        #expect(PatternMatch.verdict(of: pattern, on: "a") == nil)
    }

    @Test func `case counts unless it is said not to`() {
        #expect(PatternMatch.verdict(of: "^/A", on: "/a", ignoresCase: false) == false)
        #expect(PatternMatch.verdict(of: "(?i)^/A", on: "/a", ignoresCase: false) == true)
        #expect(PatternMatch.verdict(of: "^[^a]$", on: "A", ignoresCase: true) == false)
    }
}
