import Testing

@testable import Deployment

/// Case S10 of the reliability catalogue.
@Suite struct APIVersionTests {
    @Test(arguments: ["", "1", "1.", ".1", "1.2.3", "v1.41", "1.-1", "1.4 ", "a.b", "1.9999999"])
    func `what is no version is none`(text: String) {
        #expect(APIVersion(text) == nil)
    }

    @Test func `versions compare by number`() throws {
        #expect(APIVersion(1, 9) < APIVersion(1, 10))
        #expect(APIVersion(1, 99) < APIVersion(2, 0))
        #expect(try #require(APIVersion("1.41")) == APIVersion(1, 41))
    }

    @Test(
        arguments: [
            ("1.12", "1.41", "1.41"), ("1.24", "1.44", "1.44"), ("1.40", "1.52", "1.44"),
            ("1.44", "1.56", "1.44"), ("1.24", "1.24", "1.24"), ("1.9", "2.0", "1.44"),
        ]
    )
    func `both sides speak the newest version that both know`(
        least: String,
        newest: String,
        agreed: String
    ) throws {
        let version = try APIVersion.agreed(
            least: APIVersion(least),
            newest: try #require(APIVersion(newest))
        )
        #expect(version.description == agreed)
    }

    @Test func `an engine that names no least version is content`() throws {
        #expect(try APIVersion.agreed(least: nil, newest: APIVersion(1, 60)) == APIVersion(1, 44))
    }

    @Test func `an engine that has gone on is told apart from one that is too old`() {
        #expect(throws: EngineError.tooNew(least: APIVersion(1, 45), known: APIVersion(1, 44))) {
            try APIVersion.agreed(least: APIVersion(1, 45), newest: APIVersion(1, 56))
        }
        #expect(throws: EngineError.tooOld(version: APIVersion(1, 9), needed: APIVersion(1, 24))) {
            try APIVersion.agreed(least: nil, newest: APIVersion(1, 9))
        }
    }
}
