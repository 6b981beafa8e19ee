import Diagnostics
import Testing

/// "Did you mean" helps with a slip of the finger and does not guess.
@Suite struct SuggestionTests {
    private let candidates = ["issue", "list", "show", "delete", "version", "help"]

    @Test(
        arguments: [
            ("isue", "issue"), ("issuee", "issue"), ("issie", "issue"), ("isseu", "issue"),
            ("lsit", "list"), ("hepl", "help"), ("vresion", "version"), ("delet", "delete"),
            ("dleete", "delete"), ("List", "list"), ("VERSION", "version"), ("SHOE", "show"),
        ]
    )
    func `one slip leads to the word that was meant`(word: String, meant: String) {
        #expect(Suggestion.closest(to: word, among: candidates) == meant)
    }

    @Test(arguments: ["renew", "", "x", "installation", "shift"])
    func `a word that is like none leads nowhere`(word: String) {
        #expect(Suggestion.closest(to: word, among: candidates) == nil)
    }

    @Test func `the nearest of several is chosen`() {
        #expect(Suggestion.closest(to: "rsa3071", among: ["rsa2048", "rsa3072"]) == "rsa3072")
    }

    @Test(arguments: [("of", "off"), ("ra", "raw"), ("oq", "on")])
    func `of two that are as near the one that begins alike is chosen`(word: String, meant: String)
    {
        #expect(Suggestion.closest(to: word, among: ["ca", "on", "off", "raw"]) == meant)
    }

    @Test func `nothing is near where there is nothing`() {
        #expect(Suggestion.closest(to: "issue", among: []) == nil)
    }
}
