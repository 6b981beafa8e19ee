import FoundationEssentials
import Platform
import Renewal
import TestSupport
import Testing

@testable import CertificateStore

/// What CAs have said about when to renew: a damaged line is one question more.
@Suite struct AdviceBookTests {
    private let fixture: StoreFixture
    private let now = StoreFixture.now
    private let first = GenerationNumber(1)
    private var store: CertificateStore { fixture.store }

    init() throws {
        fixture = try StoreFixture()
    }

    private func name(_ text: String) throws -> LineageName {
        try #require(LineageName(text))
    }

    private func told(_ days: Double = 60) -> RenewalAdvice {
        .told(
            start: now + days * 86_400,
            end: now + (days + 1) * 86_400,
            interval: nil,
            after: nil,
            at: now
        )
    }

    private func book() throws -> AdviceBook {
        var book = AdviceBook()
        book.note(told(), try name("a.example"), first)
        book.note(.untold(at: now), try name("b.example"), GenerationNumber(7))
        book.note(.unanswered(after: told(), at: now), try name("c.example"), first)
        return book
    }

    @Test func `what was said is read again, with and without window`() throws {
        try store.replace(book())
        #expect(try store.advice() == book())
    }

    @Test func `where nothing was said there is none`() throws {
        #expect(try store.advice() == AdviceBook())
        #expect(try store.advice().advice(fixture.name, first) == nil)
    }

    @Test func `what was said of one generation is not said of the next`() throws {
        let book = try book()
        #expect(try book.advice(name("a.example"), first) == told())
        #expect(try book.advice(name("a.example"), GenerationNumber(2)) == nil)
    }

    @Test func `lineages that are gone are forgotten`() throws {
        var book = try book()
        let kept = try name("b.example")
        book.keep { $0 == kept }
        #expect(try book.advice(name("a.example"), first) == nil)
        #expect(book.advice(kept, GenerationNumber(7)) != nil)
    }

    // D11
    @Test func `whatever the bit that flips, the other lines are read and no wrong one`() throws {
        let book = try book()
        let bytes = book.bytes
        let names = try ["a.example", "b.example", "c.example"].map(name)
        for index in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << UInt8(bit)
                let read = AdviceBook(flipped)
                let missing = names.count { name in
                    let number = GenerationNumber(name.description == "b.example" ? 7 : 1)
                    let advice = read.advice(name, number)
                    #expect(advice == nil || advice == book.advice(name, number))
                    return advice == nil
                }
                // An end of line that flips takes two lines with it.
                #expect((1...2).contains(missing), "byte \(index), bit \(bit)")
            }
        }
    }

    // D10
    @Test func `wherever it is cut, the whole lines before are read`() throws {
        let book = try book()
        let bytes = book.bytes
        for length in 0..<bytes.count {
            let read = AdviceBook(Array(bytes.prefix(length)))
            let ends = bytes.prefix(length).count { $0 == UInt8(ascii: "\n") }
            let known = try ["a.example", "b.example", "c.example"].map(name).count { name in
                [1, 7].contains { read.advice(name, GenerationNumber($0)) != nil }
            }
            // The last line may lack nothing but its end.
            let lacksEnd = bytes[length] == UInt8(ascii: "\n")
            #expect(known == ends + (lacksEnd ? 1 : 0), "cut at \(length)")
        }
    }

    @Test func `lines in any order are read, and the last one of a lineage counts`() throws {
        let book = try book()
        var older = AdviceBook()
        older.note(.untold(at: now), try name("a.example"), first)
        let lines = (older.bytes + book.bytes).split(separator: UInt8(ascii: "\n"))
        // c, b, a of before, a: as they may have been noted.
        let order = [3, 2, 0, 1].map { lines[$0] + [UInt8(ascii: "\n")] }
        #expect(AdviceBook(Array(order.joined())) == book)
    }

    // D07
    @Test func `what is no file says nothing, and is replaced`() throws {
        fixture.disk.put(link: store.layout.advice, to: "/etc/passwd")
        #expect(try store.advice() == AdviceBook())
        try store.replace(book())
        #expect(try store.advice() == book())
    }

    @Test func `fewer questions than none is a damaged line`() throws {
        let seconds = Int(now.timeIntervalSince1970)
        let book = AdviceBook(
            CheckedLine.encode("a.example 1 x x x \(seconds) \(seconds + 60) -3")
        )
        #expect(try book.advice(name("a.example"), first) == nil)
    }
}
