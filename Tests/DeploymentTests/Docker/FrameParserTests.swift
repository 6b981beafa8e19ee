import TestSupport
import Testing

@testable import Deployment

/// The stream of a command's outputs, as the Engine API describes it.
@Suite struct FrameParserTests {
    private static let stream =
        ScriptedEngine.frames(1, "one\n") + [2, 0, 0, 0, 0, 0, 0, 0]
        + ScriptedEngine.frames(2, "nginx: [emerg] é") + ScriptedEngine.frames(1, "two")

    @Test(arguments: 0...stream.count)
    func `a stream may be cut at every byte`(place: Int) throws {
        var parser = FrameParser(limit: 1000)
        try parser.take(Array(Self.stream[..<place]))
        try parser.take(Array(Self.stream[place...]))
        try parser.finish()
        #expect(parser.output == Array("one\ntwo".utf8))
        #expect(parser.errors == Array("nginx: [emerg] é".utf8))
    }

    @Test func `a stream may come byte by byte`() throws {
        var parser = FrameParser(limit: 1000)
        for byte in Self.stream { try parser.take([byte]) }
        try parser.finish()
        #expect(parser.output == Array("one\ntwo".utf8))
    }

    @Test func `every end within a frame is noticed`() throws {
        for place in 0...Self.stream.count {
            var parser = FrameParser(limit: 1000)
            try parser.take(Array(Self.stream[..<place]))
            if Self.isWhole(place) {
                try parser.finish()
            } else {
                #expect(throws: FrameParser.Fault.truncated) { try parser.finish() }
            }
        }
    }

    /// Whether a frame ends there.
    private static func isWhole(_ place: Int) -> Bool {
        var end = 0
        while end < place { end += 8 + Int(stream[end + 7]) }
        return end == place
    }

    @Test func `input and the engine's own errors are outputs too`() throws {
        var parser = FrameParser(limit: 100)
        try parser.take(ScriptedEngine.frames(0, "in") + ScriptedEngine.frames(3, "engine"))
        #expect(parser.output == Array("in".utf8))
        #expect(parser.errors == Array("engine".utf8))
    }

    @Test(arguments: [[UInt8](arrayLiteral: 4, 0, 0, 0, 0, 0, 0, 1), [1, 1, 0, 0, 0, 0, 0, 1]])
    func `another type, or a head that is none, ends it`(head: [UInt8]) {
        var parser = FrameParser(limit: 100)
        #expect(throws: FrameParser.Fault.notFramed(head)) { try parser.take(head) }
    }

    @Test func `text without frames ends it`() {
        var parser = FrameParser(limit: 100)
        #expect(throws: FrameParser.Fault.notFramed(Array("nginx: t".utf8))) {
            try parser.take(Array("nginx: the configuration file".utf8))
        }
    }

    @Test func `a length that lies reserves nothing and ends it`() {
        var parser = FrameParser(limit: 1000)
        #expect(throws: FrameParser.Fault.tooLong(limit: 1000)) {
            try parser.take([1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF])
        }
    }

    @Test func `both outputs together have the limit`() throws {
        var parser = FrameParser(limit: 10)
        try parser.take(ScriptedEngine.frames(1, "12345") + ScriptedEngine.frames(2, "12345"))
        #expect(throws: FrameParser.Fault.tooLong(limit: 10)) {
            try parser.take(ScriptedEngine.frames(1, "1"))
        }
    }
}
