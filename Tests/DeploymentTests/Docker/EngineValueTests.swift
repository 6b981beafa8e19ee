import Testing

@testable import Deployment

/// Case S07 of the reliability catalogue: what an engine says is read without trusting its shape.
@Suite struct EngineValueTests {
    private func read(_ text: String) -> EngineValue? { EngineValue(Array(text.utf8)) }

    @Test func `members, elements and types are told apart`() throws {
        let value = try #require(
            read(#"{"a":{"b":[1,"2",true,null,1.5,1e999,"x"]},"n":"80","t":"é\n"}"#)
        )
        #expect(value["a"]["b"].elements.count == 7)
        #expect(value["a"]["b"].texts == ["2", "x"])
        #expect(value["a"]["b"].elements[0].number == 1)
        #expect(value["a"]["b"].elements[2].isTrue)
        #expect(value["n"].number == 80)
        #expect(value["t"].text == "é\n")
    }

    @Test func `what is not there, or something else, is nothing`() throws {
        let value = try #require(read(#"{"a":1}"#))
        #expect(value["a"]["b"]["c"] == .null)
        #expect(value["a"].text == nil)
        #expect(value["a"].elements.isEmpty)
        #expect(value["a"].members.isEmpty)
        #expect(!value["a"].isTrue)
    }

    @Test(
        arguments: [
            "", " ", "{", "[1,", #"{"a":}"#, "nothing", "<html>502</html>", "\u{0}",
            String(repeating: "[", count: 100_000),
        ]
    )
    func `what is no JSON is none`(text: String) {
        #expect(read(text) == nil)
    }

    @Test func `half a character is nothing, and harms no neighbour`() throws {
        let value = try #require(read(#"["\ud800","a"]"#))
        #expect(value.elements == [.null, .string("a")])
    }

    @Test func `the beginning of an answer is no answer`() throws {
        let whole = #"[{"Id":"ab","Names":["/web"],"Ports":[{"PublicPort":80}]}]"#
        for length in 0..<whole.utf8.count {
            #expect(EngineValue(Array(whole.utf8.prefix(length))) == nil)
        }
        #expect(read(whole) != nil)
    }
}
